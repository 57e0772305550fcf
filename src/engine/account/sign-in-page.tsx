import { Layout } from "../ui/layout";

/** Why a person is asked to sign in, in our own words. */
export interface SignInPageProps {
  serverName: string;
  /** Who signs the person in, e.g. "GitHub". */
  identityProviderName: string;
  title: string;
  message: string;
}

/** Asks a person to sign in, to manage what they connected. It does not redirect on its own. */
export function SignInPage(props: SignInPageProps) {
  const { serverName, identityProviderName, title, message } = props;
  return (
    <Layout title={title} serverName={serverName}>
      <h1>{title}</h1>
      <p>{message}</p>
      <div class="actions">
        <a class="button primary" id="sign-in" href="/connections/sign-in">
          Sign in with {identityProviderName}
        </a>
      </div>
    </Layout>
  );
}
