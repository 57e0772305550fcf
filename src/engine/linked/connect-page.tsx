import type { ServiceConnection } from "../config";
import { isDocumentId } from "../grants/client-id";
import { ClientRows } from "../ui/client-facts";
import { ClientText } from "../ui/client-text";
import { Layout } from "../ui/layout";
import type { ConnectTicket } from "./connect-ticket";

/** What a person decides on. */
export interface ConnectPageProps {
  serverName: string;
  connection: ServiceConnection;
  ticket: ConnectTicket;
  /** The ticket as the link has it. */
  ticketText: string;
  /** Proves that a form is of this page. */
  formToken: string;
  /** What their identity provider calls the person. */
  personName: string;
  /** Whether the service is connected, and only this client is new. */
  isConnected: boolean;
}

/** Which app wants which service, and what for. */
export function ConnectPage(props: ConnectPageProps) {
  const { serverName, connection, ticket, ticketText, formToken, personName, isConnected } = props;
  const { api, displayName, scopes } = connection;
  return (
    <Layout title={`Connect ${displayName}`} serverName={serverName} hasConnections>
      <h1>{isConnected ? `Allow this app to use ${displayName}?` : `Connect ${displayName}?`}</h1>
      <p>
        This app asked {serverName} for something that needs your account at {displayName}.
      </p>
      <dl class="facts">
        <ClientRows
          name={ticket.clientName}
          document={isDocumentId(ticket.clientId) ? ticket.clientId : undefined}
          redirect={undefined}
        />
      </dl>
      <h2>
        What it may then do at {displayName}, by the tools of {serverName}
      </h2>
      <ScopeWords scopes={scopes} />
      <p class="warning">
        <strong>Did you just ask an app for this?</strong> If not, close this page: nothing happens.
      </p>
      <form method="post" action={`/connect/${api}`}>
        <input type="hidden" name="token" value={formToken} />
        <input type="hidden" name="ticket" value={ticketText} />
        <div class="actions">
          <button type="submit" class="primary">
            {isConnected ? "Allow" : `Continue to ${displayName}`}
          </button>
        </div>
      </form>
      <p class="note">
        Signed in here as <ClientText text={personName} />. You can end this at any time on the page
        of your connected apps.
      </p>
    </Layout>
  );
}

/** Scopes of a service, in words. */
export function ScopeWords({ scopes }: { scopes: ServiceConnection["scopes"] }) {
  if (scopes.length === 0) return <p>What its tools need; the service tells no more.</p>;
  return (
    <ul>
      {scopes.map(({ name, description }) => (
        <li>
          {description} <code>{name}</code>
        </li>
      ))}
    </ul>
  );
}

/** Says that the service can be used. */
export function ConnectedPage({ serverName, service }: { serverName: string; service: string }) {
  return (
    <Layout title={`${service} is connected`} serverName={serverName} hasConnections>
      <h1>{service} is connected</h1>
      <p>Go back to your app. If it does not go on by itself, ask it for the same again.</p>
      <p class="note">You can close this page.</p>
    </Layout>
  );
}

/** The link was opened by somebody else than the person who was asked. */
export function OtherPersonPage(props: {
  serverName: string;
  service: string;
  personName: string;
}) {
  const { serverName, service, personName } = props;
  return (
    <Layout title="This link is for somebody else" serverName={serverName} hasConnections>
      <h1>This link is for somebody else</h1>
      <p>
        You are signed in here as <ClientText text={personName} />, and another person’s app made
        this link to connect {service}. Nothing happened.
      </p>
      <p>
        If somebody sent you the link, do not go on: it would have let their app act with your
        account at {service}. If both accounts are yours, sign out on the page of your connected
        apps, and open the link again.
      </p>
    </Layout>
  );
}
