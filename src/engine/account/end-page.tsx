import { ClientText } from "../ui/client-text";
import { Layout } from "../ui/layout";
import type { Connection } from "./connection";
import { EndForm } from "./connection-page";

/** What a page needs that asks before something ends. */
export interface EndPageProps {
  serverName: string;
  /** Proves that a form comes from this page. */
  formToken: string;
}

/** Asks whether to end one connection, because nothing was left ticked. */
export function EndPage({
  serverName,
  formToken,
  connection,
}: EndPageProps & { connection: Connection }) {
  return (
    <Layout title="End this connection?" serverName={serverName}>
      <h1>
        End “<ClientText text={connection.clientName} max={40} />
        ”?
      </h1>
      <p>Nothing was ticked, and an app that may do nothing needs no connection.</p>
      <EndForm grantId={connection.grantId} formToken={formToken} />
      <p>
        <a href={`/connections/${connection.grantId}`}>Keep it as it is</a>
      </p>
    </Layout>
  );
}

/** Asks for confirmation before all connections end. */
export function EndAllPage(
  props: EndPageProps & { connections: readonly Connection[]; hasMore: boolean },
) {
  const { serverName, formToken, connections, hasMore } = props;
  const count = connections.length;
  return (
    <Layout title="End all connections?" serverName={serverName}>
      <h1>End {hasMore || count === 1 ? "all" : `all ${count}`} of your connections?</h1>
      <form method="post" action="/connections/end-all">
        <input type="hidden" name="token" value={formToken} />
        <p>
          All of your apps lose their access here at once. To use one again, you have to reconnect
          it.
        </p>
        <div class="actions">
          <button type="submit" class="end">
            End all
          </button>
          <a class="button" href="/connections">
            Keep them
          </a>
        </div>
      </form>
    </Layout>
  );
}
