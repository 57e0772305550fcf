import type { Child } from "hono/jsx";
import { ClientText } from "../ui/client-text";
import { Layout } from "../ui/layout";
import { publisherOf } from "../ui/publisher";
import type { Activities, Activity } from "./activity";
import type { Connection } from "./connection";
import { NoteText } from "./note-text";
import type { Note } from "./notes";
import { Ago, RoughlyAgo, Since } from "./when";

/** What a person sees of all that they connected. */
export interface ConnectionsPageProps {
  serverName: string;
  /** Who signed the person in, e.g. "GitHub". */
  identityProviderName: string;
  /** What their identity provider calls the person. */
  personName: string;
  /** Proves that a form comes from this page. */
  formToken: string;
  connections: readonly Connection[];
  /** Whether there are more than are shown. */
  hasMore: boolean;
  /** Undefined when it is not known right now. */
  activities: Activities | undefined;
  /** What was just done. */
  note: Note | undefined;
  /** The other services that the person has connected. */
  services?: Child;
}

/** The list of a person's connections. Each leads to a page of its own, where it can be changed. */
export function ConnectionsPage(props: ConnectionsPageProps) {
  const { serverName, connections, hasMore, activities, note } = props;
  return (
    <Layout title="Your connected apps" serverName={serverName}>
      <h1>Your connected apps</h1>
      {note === undefined ? null : <NoteText note={note} />}
      {connections.length === 0 ? (
        <p>No app can use {serverName} for you.</p>
      ) : (
        <>
          <p>
            {connections.length === 1 ? "This app" : `These ${connections.length} apps`} can use{" "}
            {serverName} for you. Choose one to change what it may do, or to end it.
          </p>
          <ul class="connections">
            {connections.map((connection) => (
              <ConnectionItem
                connection={connection}
                latest={activities?.get(connection.grantId)?.[0]}
              />
            ))}
          </ul>
          {hasMore ? (
            <p class="note">There are more. They appear here once some of these have ended.</p>
          ) : null}
          {activities === undefined ? <CallsUnknown /> : null}
          <div class="actions">
            <a class="button" href="/connections/end-all">
              End all…
            </a>
          </div>
        </>
      )}
      {props.services}
      <SignedInAs {...props} />
    </Layout>
  );
}

/** Shown when the audit does not answer. */
export function CallsUnknown() {
  return <p class="note">Recent activity cannot be shown right now.</p>;
}

/** When a client was last active: at its last call or its last token. */
export function lastActiveSeconds({ lastTokenAtSeconds }: Connection, latest?: Activity): number {
  return Math.max(lastTokenAtSeconds, latest?.atSeconds ?? 0);
}

function ConnectionItem({
  connection,
  latest,
}: {
  connection: Connection;
  latest: Activity | undefined;
}) {
  const { grantId, clientName, clientDocument, scopes, connectedAtSeconds } = connection;
  const publisher = publisherOf(clientDocument);
  return (
    <li>
      <h2>
        <a href={`/connections/${grantId}`}>
          <ClientText text={clientName} />
        </a>
      </h2>
      <p class="note">
        {publisher === undefined ? (
          <span class="badge unverified">Not verified</span>
        ) : (
          <>
            <span class="badge verified">Verified domain</span>
            <ClientText text={publisher.host} max={Infinity} />
          </>
        )}
      </p>
      <p>
        Active <RoughlyAgo seconds={lastActiveSeconds(connection, latest)} />, connected{" "}
        <Since seconds={connectedAtSeconds} />
      </p>
      {latest === undefined ? null : (
        <p class="note">
          Last: <ActivityText {...latest} />
        </p>
      )}
      <p class="note">
        {scopes.length === 0 ? "It has no permissions." : "It may use "}
        {scopes.map((scope, index) => (
          <>
            {index > 0 ? ", " : null}
            <code>
              <ClientText text={scope} max={Infinity} />
            </code>
          </>
        ))}
      </p>
    </li>
  );
}

/** One tool call, on one line. */
export function ActivityText({ title, remark, atSeconds }: Activity) {
  return (
    <>
      <ClientText text={title} />, <Ago seconds={atSeconds} />
      {remark === undefined ? null : ` (${remark})`}
    </>
  );
}

function SignedInAs({ personName, identityProviderName, formToken }: ConnectionsPageProps) {
  return (
    <form method="post" action="/connections/sign-out" class="session">
      <input type="hidden" name="token" value={formToken} />
      <p class="note">
        Signed in as <ClientText text={personName} /> with {identityProviderName}.
      </p>
      <button type="submit">Sign out</button>
    </form>
  );
}
