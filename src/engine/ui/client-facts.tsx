import type { ConsentDescription } from "@cloudflare/workers-oauth-provider";
import { knownClient } from "../config";
import { ClientMark } from "./client-mark";
import { ClientText, mixesAlphabets, tidy, WholeText } from "./client-text";
import { type Publisher, publisherOf } from "./publisher";

/** A host name has at most 253 characters. It is never cut: its end is what identifies the owner. */
const HOST_MAX = 255;

/** A redirect URI, as the consent page gets it. */
export type Redirect = Pick<
  ConsentDescription,
  "redirectUri" | "redirectHost" | "redirectIsLoopback"
>;

interface Destination {
  kind: "website" | "loopback" | "app-link";
  address: string;
}

/**
 * Where the authorization code will go. `cursor://anysphere.cursor-mcp/…` has a "host" that looks like
 * a website's and is none, so an address that is not http(s) keeps its scheme.
 */
function destinationOf({ redirectUri, redirectHost, redirectIsLoopback }: Redirect): Destination {
  const { protocol, host } = new URL(redirectUri);
  // The port of a loopback address differs each time, and means nothing.
  const address = redirectIsLoopback ? redirectHost : host;
  if (protocol !== "https:" && protocol !== "http:") {
    return { kind: "app-link", address: host ? `${protocol}//${host}` : redirectHost };
  }
  return { kind: redirectIsLoopback ? "loopback" : "website", address };
}

/** What is known of a client, and how well. */
export interface ClientProps {
  /** The client's own words. */
  name: string;
  /** The address of the metadata document that has the name, for a client that is known by one. */
  document: string | undefined;
  /** Where its access goes. */
  redirect: Redirect | undefined;
}

/** How far a client is what it says. */
type Standing =
  /** One of the products that config/client-presets.ts knows, by its address or its maker's document. */
  | { kind: "known"; name: string; host: string }
  /** Its name was published at a domain. */
  | { kind: "published"; name: string; publisher: Publisher }
  /** Its name is its own claim. */
  | { kind: "unknown"; name: string };

export function standingOf({ name, document, redirect }: ClientProps): Standing {
  const known = knownClient({ document, redirectUri: redirect?.redirectUri });
  const publisher = publisherOf(document);
  if (publisher !== undefined) {
    // A maker names its products itself in its documents.
    return known === undefined
      ? { kind: "published", name, publisher }
      : { kind: "known", name, host: publisher.host };
  }
  if (known !== undefined && redirect !== undefined) {
    return { kind: "known", name: known, host: new URL(redirect.redirectUri).host };
  }
  return { kind: "unknown", name };
}

/** A client as the consent page describes it. */
export function clientOf(client: ConsentDescription): ClientProps {
  const document = client.clientDomain === undefined ? undefined : client.clientId;
  return { name: client.clientName, document, redirect: client };
}

/** Who is asking and where access will go, in a few lines, with a warning where that is not known well. */
export function ClientCard({ client }: { client: ConsentDescription }) {
  const shown = clientOf(client);
  const standing = standingOf(shown);
  return (
    <>
      <div class="client">
        <ClientMark name={standing.kind === "unknown" ? undefined : standing.name} />
        <div>
          <StandingText standing={standing} ownName={shown.name} />
          <DestinationSentence {...destinationOf(client)} />
          <NameRemarks name={shown.name} max={HEADING_MAX} />
        </div>
      </div>
      {client.redirectIsLoopback ? (
        <p class="warning" id="loopback-warning">
          <strong>Did you just start this?</strong> Any app on this computer could use this name. If
          you did not start it, choose Deny.
        </p>
      ) : null}
    </>
  );
}

/** What is known of a client: rows for a `<dl class="facts">`. */
export function ClientRows(shown: ClientProps) {
  const standing = standingOf(shown);
  return (
    <>
      <div>
        <dt>App</dt>
        <dd>
          <strong>
            <ClientText text={standing.name} />
          </strong>
          <StandingText standing={standing} ownName={shown.name} />
          <NameRemarks name={shown.name} />
        </dd>
      </div>
      {shown.redirect === undefined ? null : (
        <div>
          <dt>Access goes to</dt>
          <dd>
            <DestinationFacts {...destinationOf(shown.redirect)} />
          </dd>
        </div>
      )}
    </>
  );
}

/** In headings. */
export const HEADING_MAX = 40;

function StandingText({ standing, ownName }: { standing: Standing; ownName: string }) {
  if (standing.kind === "unknown") {
    return (
      <p>
        <span class="badge unverified">Not verified</span> This app named itself.
      </p>
    );
  }
  if (standing.kind === "known") {
    return (
      <p>
        <span class="badge verified">Known app</span> of{" "}
        <ClientText text={standing.host} max={HOST_MAX} />.
        {standing.name === ownName ? null : (
          <>
            {" "}
            It calls itself “<ClientText text={ownName} />
            ”.
          </>
        )}
      </p>
    );
  }
  const { host, address } = standing.publisher;
  return (
    <p>
      <span class="badge verified">Verified domain</span> Published by{" "}
      <strong>
        <ClientText text={host} max={HOST_MAX} />
      </strong>
      , at <ClientText text={address} max={Infinity} />.
    </p>
  );
}

/** What is to be seen of a name besides itself: that it imitates, and the rest of it. */
function NameRemarks({ name, max }: { name: string; max?: number }) {
  return (
    <>
      {mixesAlphabets(tidy(name)) ? (
        <p>The name mixes alphabets, which can make it look like another one.</p>
      ) : null}
      <WholeText text={name} {...(max !== undefined && { max })} label="Show the whole name" />
    </>
  );
}

function DestinationFacts({ kind, address }: Destination) {
  return (
    <>
      <strong>
        <ClientText text={address} max={HOST_MAX} />
      </strong>
      <WholeText text={address} max={HOST_MAX} label="Show the whole address" />
      {kind === "loopback" ? <p class="note">An app on this computer.</p> : null}
      {kind === "app-link" ? (
        <p class="note">The app on this device that opens addresses of this kind.</p>
      ) : null}
    </>
  );
}

function DestinationSentence({ kind, address }: Destination) {
  return (
    <>
      <p>
        Access goes to{" "}
        <strong>
          <ClientText text={address} max={HOST_MAX} />
        </strong>
        {kind === "app-link" ? ", the app on this device that opens such addresses." : null}
      </p>
      <WholeText text={address} max={HOST_MAX} label="Show the whole address" />
    </>
  );
}
