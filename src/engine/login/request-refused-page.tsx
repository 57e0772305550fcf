import { ClientText } from "../ui/client-text";
import { Layout } from "../ui/layout";
import { OnwardLink } from "../ui/onward-link";

/** What a person reads when an app's request for access is invalid. */
export interface RequestRefusedPageProps {
  serverName: string;
  /** The error code that the app gets (RFC 6749, section 4.1.2.1). */
  code: string;
  /** The app's redirect URI, with the error. */
  url: string;
}

/** A host name is never cut: its end is the part that identifies its owner. */
const HOST_MAX = 255;

/**
 * Leads on to the app only by a click. Anybody can register an app, so a redirect that needs no more
 * than a wrong request would take people from this server's address to any other (RFC 9700, section
 * 4.11.2).
 */
export function RequestRefusedPage({ serverName, code, url }: RequestRefusedPageProps) {
  const { protocol, host } = new URL(url);
  return (
    <Layout title="The app’s request is invalid" serverName={serverName}>
      <h1>The app’s request is invalid</h1>
      <p>
        Its request for access was refused (<code>{code}</code>). Nothing was allowed.
      </p>
      <p>
        If you just started connecting an app, you can go back to it: it gets the error. If you did
        not start this yourself, close this page.
      </p>
      <OnwardLink url={url}>
        Go to <ClientText text={host === "" ? protocol : host} max={HOST_MAX} />
      </OnwardLink>
    </Layout>
  );
}
