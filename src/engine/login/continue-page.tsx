import { ClientText } from "../ui/client-text";
import { Layout } from "../ui/layout";
import { OnwardLink } from "../ui/onward-link";

/** Where the browser goes after a form was posted. */
export interface ContinuePageProps {
  serverName: string;
  /** Absolute: the identity provider's address, or the client's registered redirect URI. */
  url: string;
  /** For the person: "GitHub", or the host the browser goes to. */
  destination: string;
}

/**
 * Sends the browser on after the consent form was posted. Not a 302, because Chromium applies the CSP
 * `form-action 'self'` of the page that held the form to every redirect that follows its submission:
 * one to the identity provider or to a client's own scheme (`cursor://…`) would be blocked
 * silently. A refresh is a new navigation, which that rule does not govern. The link is for browsers that
 * ask for a click before they open an app.
 *
 * @throws TypeError as {@link OnwardLink} does.
 */
export function ContinuePage({ serverName, url, destination }: ContinuePageProps) {
  const { href } = new URL(url);
  // After "url=", browsers take the rest as it is unless it starts with a quote; a serialized absolute
  // URL starts with its scheme. So `;` and `'` need no escaping here, and JSX escapes the attribute.
  return (
    <Layout title="Continue" serverName={serverName} refresh={`0;url=${href}`}>
      <h1>One moment</h1>
      <p>You’re being redirected. If nothing happens, use this link.</p>
      <OnwardLink url={url}>
        Continue to <ClientText text={destination} max={255} />
      </OnwardLink>
      <p class="note">If an app opens, you can close this page.</p>
    </Layout>
  );
}
