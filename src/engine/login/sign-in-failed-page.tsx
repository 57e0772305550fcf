import { Layout } from "../ui/layout";
import { OnwardLink } from "../ui/onward-link";
import type { Refusal } from "./refusals";

/** A sign-in that failed for a reason that the person has to read. */
export interface SignInFailedPageProps extends Refusal {
  serverName: string;
  /** What an operator can find in the logs. */
  reference: string;
  /** The client's redirect URI, with the error. */
  url: string;
}

/**
 * Shows a person why they could not be signed in, and lets them take the error to the client. It does not
 * redirect on its own: the client would show a code, and not what to do.
 */
export function SignInFailedPage(props: SignInFailedPageProps) {
  const { serverName, title, message, advice, reference, url } = props;
  return (
    <Layout title={title} serverName={serverName}>
      <h1>{title}</h1>
      <p>{message}</p>
      <p>{advice}</p>
      <OnwardLink url={url}>Go back to the app</OnwardLink>
      <p class="note">
        The app will be notified that the sign-in failed. Reference:{" "}
        <code class="copyable">{reference}</code>
      </p>
    </Layout>
  );
}
