import type { ConsentDescription } from "@cloudflare/workers-oauth-provider";
import { ClientFacts } from "../ui/client-facts";
import { ClientText } from "../ui/client-text";
import { Layout } from "../ui/layout";
import { type ConsentScope, ScopeList } from "../ui/scope-list";

/** What the consent page shows, and the handle that it posts back with the choice. */
export interface ConsentPageProps {
  serverName: string;
  /** Who signs the person in next, e.g. "GitHub". */
  identityProviderName: string;
  /** From `beginConsent()`. The request itself stays on the server. */
  handle: string;
  /** From `describeConsent()`. Every string in it may have been chosen by an attacker. */
  client: ConsentDescription;
  scopes: readonly ConsentScope[];
}

function requestedOf(scopes: readonly ConsentScope[]): string {
  const requested = scopes.filter((scope) => scope.requested);
  return requested.map((scope) => scope.name).join(" ");
}

/**
 * Asks a person whether a client may act for them. Posts `handle`, `decision` (`approve` or `deny`),
 * the ticked `scope`s, and in `asked` those that the client asked for, to `/authorize`.
 */
export function ConsentPage(props: ConsentPageProps) {
  const { serverName, identityProviderName, handle, client, scopes } = props;
  const nextId = `next-${handle}`;
  return (
    <Layout title="Allow access?" serverName={serverName} hasConnections>
      <h1>
        Allow “<ClientText text={client.clientName} max={40} />” to use {serverName} for you?
      </h1>
      <ClientFacts client={client} />
      <form method="post" action="/authorize">
        {/*
          Enter in a checkbox presses a form's first submit button. This one has nothing to do:
          "dialog" outside a dialog submits nothing (and a disabled one would be passed over in
          Chromium). So Enter there neither allows nor denies; either takes its own button.
        */}
        <button type="submit" formmethod="dialog" hidden />
        <input type="hidden" name="handle" value={handle} />
        <input type="hidden" name="asked" value={requestedOf(scopes)} />
        {scopes.length > 0 ? (
          <ScopeList scopes={scopes} nothingTicked="To allow nothing, choose Deny." />
        ) : (
          <p class="note">It asks for no permissions, so it can use only what needs none.</p>
        )}
        {/* Its id differs each time, so that no fragment of an address can lead here. */}
        <p id={nextId}>
          It never sees your password. Next you sign in with {identityProviderName}; access starts
          after that.
        </p>
        <div class="actions decision">
          <button
            type="submit"
            name="decision"
            value="approve"
            class="primary"
            aria-describedby={client.redirectIsLoopback ? `loopback-warning ${nextId}` : nextId}
          >
            Allow and sign in
          </button>
          <button type="submit" name="decision" value="deny">
            Deny
          </button>
        </div>
      </form>
    </Layout>
  );
}
