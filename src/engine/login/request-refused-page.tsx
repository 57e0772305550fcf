import { ClientText } from "../ui/client-text";
import { Layout } from "../ui/layout";
import { OnwardLink } from "../ui/onward-link";

/** What a person is told when an app asked for access in a way that is wrong. */
export interface RequestRefusedPageProps {
  serverName: string;
  /** As the app is told it (RFC 6749, section 4.1.2.1). */
  code: string;
  /** The app's redirect URI, with the error. */
  url: string;
}

/** A host name is never cut: its end is the part that says whose it is. */
const HOST_MAX = 255;

/**
 * Leads on to the app by a click only. Anybody can register an app, so a redirect that needs no more
 * than a wrong request would take people from this server's address to any other (RFC 9700, section
 * 4.11.2).
 */
export function RequestRefusedPage({ serverName, code, url }: RequestRefusedPageProps) {
  const { protocol, host } = new URL(url);
  return (
    <Layout title="The app asked in a wrong way" serverName={serverName}>
      <h1>The app asked in a wrong way</h1>
      <p>
        Its request for access cannot be answered (<code>{code}</code>). Nothing was allowed.
      </p>
      <p>
        If you just started connecting an app, you can go back to it: it is told what is wrong. If
        you did not start this yourself, close this page.
      </p>
      <OnwardLink url={url}>
        Go to <ClientText text={host === "" ? protocol : host} max={HOST_MAX} />
      </OnwardLink>
    </Layout>
  );
}
