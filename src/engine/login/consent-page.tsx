import type { ConsentDescription } from "@cloudflare/workers-oauth-provider";
import type { PropsWithChildren } from "hono/jsx";
import { ClientCard, clientOf, HEADING_MAX, standingOf } from "../ui/client-facts";
import { ClientText } from "../ui/client-text";
import { Layout } from "../ui/layout";
import { type ScopeGroup, ScopeList } from "../ui/scope-list";

/** What the consent page offers, by what it is about. */
export interface OfferedScopes {
  /** What the client asked for, and what it was given before. */
  groups: readonly ScopeGroup[];
  /** All else that there is, so that a person can also give more than was asked for. */
  more: readonly ScopeGroup[];
}

/** What both pages about an authorization request show, and post back with the choice. */
export interface RequestPageProps {
  serverName: string;
  /** Who signs the person in, e.g. "GitHub". */
  identityProviderName: string;
  /** From `beginConsent()`. The request itself stays on the server. */
  handle: string;
  /** The query of the request's address, to come back to it after a sign-in: then it is checked again. */
  query: string;
  /** From `describeConsent()`. Every string in it may have been chosen by an attacker. */
  client: ConsentDescription;
}

export interface ConsentPageProps extends RequestPageProps, OfferedScopes {
  /** Who decides: the person who is signed in in this browser. */
  person: { readonly userId: string; readonly name: string };
  /** Whether they gave the same client something before. */
  isKnownToPerson: boolean;
}

/**
 * Asks a person whether a client may act for them. Posts `handle`, `decision` (`approve`, `deny` or `switch`),
 * the ticked `scope`s, in `asked` those that were ticked beforehand, and in `person` who it was shown to, to
 * `/authorize`.
 */
export function ConsentPage(props: ConsentPageProps) {
  const { serverName, client, person, groups, more } = props;
  const asked = groups.flatMap(({ scopes }) => scopes.map(({ name }) => name));
  return (
    <Layout title="Allow access?" serverName={serverName} hasConnections>
      <h1>
        Allow “<ClientName client={client} />” to use {serverName} for you?
      </h1>
      <RequestForm {...props}>
        <input type="hidden" name="asked" value={asked.join(" ")} />
        <input type="hidden" name="person" value={person.userId} />
        <p class="person">
          <span>
            Signed in as{" "}
            <strong>
              <ClientText text={person.name} />
            </strong>
          </span>
          <button type="submit" class="as-link" name="decision" value="switch">
            Not you?
          </button>
        </p>
        {props.isKnownToPerson ? (
          <p class="note">You allowed this app before. What you allowed then is ticked.</p>
        ) : null}
        {asked.length + more.length > 0 ? (
          <ScopeList groups={groups} more={more} nothingTicked="To allow nothing, choose Deny." />
        ) : (
          <p class="note">It asks for no permissions, so it can use only what needs none.</p>
        )}
        <div class="actions decision">
          <button
            type="submit"
            name="decision"
            value="approve"
            class="primary"
            aria-describedby={client.redirectIsLoopback ? "loopback-warning" : undefined}
          >
            Allow
          </button>
          <button type="submit" name="decision" value="deny">
            Deny
          </button>
        </div>
        <p class="note">
          It never sees your password. You can end this at any time under “Your connected apps”.
        </p>
      </RequestForm>
    </Layout>
  );
}

/** Asks whoever is not signed in to do that first, or to deny. Posts `handle` and `decision` (`sign-in` or `deny`). */
export function SignInFirstPage(props: RequestPageProps) {
  const { serverName, identityProviderName, client } = props;
  return (
    <Layout title="Sign in first" serverName={serverName} hasConnections>
      <h1>
        “<ClientName client={client} />” wants to use {serverName} for you
      </h1>
      <RequestForm {...props}>
        <p>
          Sign in first. Then you see what it asks for, and decide. Until then it gets nothing, and
          it never sees your password.
        </p>
        <div class="actions decision">
          <button type="submit" name="decision" value="sign-in" class="primary">
            Sign in with {identityProviderName}
          </button>
          <button type="submit" name="decision" value="deny">
            Deny
          </button>
        </div>
      </RequestForm>
    </Layout>
  );
}

function ClientName({ client }: { client: ConsentDescription }) {
  return <ClientText text={standingOf(clientOf(client)).name} max={HEADING_MAX} />;
}

function RequestForm(props: PropsWithChildren<RequestPageProps>) {
  const { client, handle, query, children } = props;
  return (
    <>
      <ClientCard client={client} />
      <form method="post" action="/authorize">
        {/*
          Enter in a checkbox presses a form's first submit button. This one has nothing to do:
          "dialog" outside a dialog submits nothing (and a disabled one would be passed over in
          Chromium). So Enter there neither allows nor denies; either takes its own button.
        */}
        <button type="submit" formmethod="dialog" hidden />
        <input type="hidden" name="handle" value={handle} />
        <input type="hidden" name="request" value={query} />
        {children}
      </form>
    </>
  );
}
