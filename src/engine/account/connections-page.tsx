import type { Child } from "hono/jsx";
import { type ClientProps, standingOf } from "../ui/client-facts";
import { ClientMark } from "../ui/client-mark";
import { ClientText } from "../ui/client-text";
import { Layout } from "../ui/layout";
import type { ScopeGroup } from "../ui/scope-list";
import type { Activities, Activity } from "./activity";
import type { Connection } from "./connection";
import { REMOVED } from "./granted-scopes";
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
  /** What the scopes of a connection mean. */
  inWords(scopes: readonly string[]): readonly ScopeGroup[];
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
  const { serverName, connections, inWords, hasMore, activities, note } = props;
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
                scopes={inWords(connection.scopes)}
                activities={activities?.get(connection.grantId) ?? []}
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
  return <p class="note">What your apps did lately cannot be shown right now.</p>;
}

/** When a client was last active: at its last call or its last token. */
export function lastActiveSeconds({ lastTokenAtSeconds }: Connection, latest?: Activity): number {
  return Math.max(lastTokenAtSeconds, latest?.atSeconds ?? 0);
}

/** What is known of the client of a connection. */
export function clientOf({ clientName, clientDocument, redirect }: Connection): ClientProps {
  return { name: clientName, document: clientDocument, redirect };
}

/** How many of the latest calls a row shows, and how many of its permissions. */
const SHOWN_CALLS = 2;
const SHOWN_SCOPES = 4;

function ConnectionItem({
  connection,
  scopes,
  activities,
}: {
  connection: Connection;
  scopes: readonly ScopeGroup[];
  activities: readonly Activity[];
}) {
  const { grantId, connectedAtSeconds, device } = connection;
  const standing = standingOf(clientOf(connection));
  return (
    <li class="connection">
      <ClientMark name={standing.kind === "unknown" ? undefined : standing.name} />
      <div>
        <h2>
          <a href={`/connections/${grantId}`}>
            <ClientText text={standing.name} />
          </a>
        </h2>
        <p class="note">
          {standing.kind === "known" ? <ClientText text={standing.host} max={Infinity} /> : null}
          {standing.kind === "published" ? (
            <ClientText text={standing.publisher.host} max={Infinity} />
          ) : null}
          {standing.kind === "unknown" ? "It named itself" : null}
          {device === undefined ? null : ` · ${CONNECTED_ON[device]}`}
        </p>
        <p>
          Connected <Since seconds={connectedAtSeconds} />, last used{" "}
          <RoughlyAgo seconds={lastActiveSeconds(connection, activities[0])} />
        </p>
        {activities.length === 0 ? null : (
          <ul class="activities">
            {activities.slice(0, SHOWN_CALLS).map((activity) => (
              <li>
                <ActivityText {...activity} />
              </li>
            ))}
            {activities.length > SHOWN_CALLS ? (
              <li>
                <a href={`/connections/${grantId}/activity`}>All that it did</a>
              </li>
            ) : null}
          </ul>
        )}
        <MayText scopes={scopes} />
      </div>
    </li>
  );
}

function MayText({ scopes }: { scopes: readonly ScopeGroup[] }) {
  const descriptions = scopes
    .filter(({ title }) => title !== REMOVED)
    .flatMap((group) => group.scopes.map(({ description }) => description));
  const removed = scopes.find(({ title }) => title === REMOVED)?.scopes.length ?? 0;
  const more = descriptions.length - SHOWN_SCOPES;
  return (
    <>
      <p class="note">
        {descriptions.length === 0
          ? "You gave it no permissions."
          : `It may: ${descriptions.slice(0, SHOWN_SCOPES).join("; ")}${more > 0 ? `; and ${more} more` : ""}`}
      </p>
      {removed === 0 ? null : (
        <p class="note">
          {removed === 1 ? "One permission is" : `${removed} permissions are`} no longer part of
          this server.
        </p>
      )}
    </>
  );
}

/** Where an app was connected, in words. */
export const CONNECTED_ON: Record<NonNullable<Connection["device"]>, string> = {
  iPhone: "on an iPhone",
  iPad: "on an iPad",
  Android: "on an Android device",
  Windows: "on a Windows computer",
  Mac: "on a Mac",
  Chromebook: "on a Chromebook",
  Linux: "on a Linux computer",
};

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
