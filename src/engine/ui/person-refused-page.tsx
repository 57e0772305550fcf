import { ClientText } from "./client-text";
import { Layout } from "./layout";
import { OnwardLink } from "./onward-link";

/** What a person sees who signed in but may not use this server. */
export interface PersonRefusedPageProps {
  serverName: string;
  /** Who signed them in, e.g. "GitHub". */
  identityProviderName: string;
  /** As the identity provider has them: often what people call themselves. */
  account: { name?: string | undefined; email?: string | undefined };
  /** The operator can use it to allow this person. */
  userId: string;
  /** The client's redirect URI, with the refusal; absent where they signed in without a client. */
  url?: string;
}

/**
 * Shows a person that their account is not allowed, and lets them take that to the client. It does not
 * redirect on its own: the client would show an error, but not why, and its browser tab may close.
 */
export function PersonRefusedPage(props: PersonRefusedPageProps) {
  const { serverName, identityProviderName, account, userId, url } = props;
  const { name, email } = account;
  return (
    <Layout title="This account is not allowed" serverName={serverName}>
      <h1>This account may not use {serverName}</h1>
      <dl class="facts">
        <div>
          <dt>Signed in as</dt>
          <dd>
            <strong>
              <ClientText text={name ?? email ?? "an account without a name"} />
            </strong>
            {name !== undefined && email !== undefined ? (
              <p class="note">
                <ClientText text={email} max={Infinity} />
              </p>
            ) : null}
            <p class="note">with {identityProviderName}</p>
          </dd>
        </div>
        <div>
          <dt>Account id</dt>
          <dd>
            <code class="copyable">{userId}</code>
          </dd>
        </div>
      </dl>
      <p>
        Whoever runs this server has chosen who may use it, and this account is not among them. The
        app got no access.
      </p>
      <p>
        If you have another account, {url === undefined ? "" : "connect again from the app and "}
        sign in with that one. To have this one allowed, send its id to whoever runs this server.
      </p>
      {url === undefined ? null : (
        <>
          <OnwardLink url={url}>Go back to the app</OnwardLink>
          <p class="note">The app will be notified that access was refused.</p>
        </>
      )}
    </Layout>
  );
}
