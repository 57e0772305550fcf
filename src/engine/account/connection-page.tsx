import { ClientRows, HEADING_MAX, standingOf } from "../ui/client-facts";
import { ClientText } from "../ui/client-text";
import { Layout } from "../ui/layout";
import { type ScopeGroup, ScopeList } from "../ui/scope-list";
import type { Activity } from "./activity";
import type { Connection } from "./connection";
import {
  ActivityText,
  CallsUnknown,
  CONNECTED_ON,
  clientOf,
  lastActiveSeconds,
} from "./connections-page";
import { NoteText } from "./note-text";
import type { Note } from "./notes";
import { RoughlyAgo, Since } from "./when";

/** What a person sees of one connection. */
export interface ConnectionPageProps {
  serverName: string;
  /** Proves that a form comes from this page. */
  formToken: string;
  connection: Connection;
  /** Those that it has, with what they mean. */
  scopes: readonly ScopeGroup[];
  /** Newest first. Undefined when it is not known right now. */
  activities: readonly Activity[] | undefined;
  /** Where there is more of that, if there is. */
  allActivities?: string | undefined;
  /** What was just done. */
  note: Note | undefined;
}

/** One connection: what it is, may do and did; with a form that narrows it and one that ends it. */
export function ConnectionPage(props: ConnectionPageProps) {
  const { serverName, formToken, connection, scopes, activities, allActivities, note } = props;
  const { grantId, connectedAtSeconds, device } = connection;
  const client = clientOf(connection);
  return (
    <Layout title="A connected app" serverName={serverName}>
      <h1>
        “<ClientText text={standingOf(client).name} max={HEADING_MAX} />”
      </h1>
      {note === undefined ? null : <NoteText note={note} />}
      <dl class="facts">
        <ClientRows {...client} />
        <div>
          <dt>Connected</dt>
          <dd>
            <Since seconds={connectedAtSeconds} />
            {device === undefined ? null : <p class="note">{CONNECTED_ON[device]}</p>}
          </dd>
        </div>
        <div>
          <dt>Active</dt>
          <dd>
            <RoughlyAgo seconds={lastActiveSeconds(connection, activities?.[0])} />
          </dd>
        </div>
      </dl>
      {scopes.length === 0 ? (
        <p>You gave it no permissions: it can use only what needs none.</p>
      ) : (
        <form method="post" action={`/connections/${grantId}/scopes`}>
          {/* Enter in a checkbox decides nothing, as on the consent page. */}
          <button type="submit" formmethod="dialog" hidden />
          <input type="hidden" name="token" value={formToken} />
          <ScopeList
            groups={scopes}
            nothingTicked="You will be asked whether to end the connection."
          />
          <div class="actions">
            <button type="submit">Allow only what is ticked</button>
          </div>
        </form>
      )}
      <h2>What it did lately</h2>
      <Activities activities={activities} />
      {allActivities === undefined ? null : (
        <p>
          <a href={allActivities}>All that it did in the last week</a>
        </p>
      )}
      <h2>End it</h2>
      <EndForm grantId={grantId} formToken={formToken} />
      <p>
        <a href="/connections">All your connected apps</a>
      </p>
    </Layout>
  );
}

/** Ends one connection, at the press of its button. */
export function EndForm({ grantId, formToken }: { grantId: string; formToken: string }) {
  return (
    <form method="post" action={`/connections/${grantId}/end`}>
      <input type="hidden" name="token" value={formToken} />
      <p>It loses its access at once. To use it again, you have to reconnect it.</p>
      <div class="actions">
        <button type="submit" class="end">
          End this connection
        </button>
      </div>
    </form>
  );
}

/** All that is recorded of what an app did. */
export function ActivitiesPage(props: {
  serverName: string;
  connection: Connection;
  activities: readonly Activity[] | undefined;
}) {
  const { serverName, connection, activities } = props;
  return (
    <Layout title="What an app did" serverName={serverName}>
      <h1>
        What “<ClientText text={standingOf(clientOf(connection)).name} max={HEADING_MAX} />” did
      </h1>
      <p class="note">In the last week, newest first.</p>
      <Activities activities={activities} />
      <p>
        <a href={`/connections/${connection.grantId}`}>Back to this app</a>
      </p>
    </Layout>
  );
}

function Activities({ activities }: Pick<ConnectionPageProps, "activities">) {
  if (activities === undefined) return <CallsUnknown />;
  if (activities.length === 0) return <p class="note">It did nothing that was recorded.</p>;
  return (
    <ul class="activities">
      {activities.map((activity) => (
        <li>
          <ActivityText {...activity} />
        </li>
      ))}
    </ul>
  );
}
