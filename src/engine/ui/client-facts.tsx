import type { ConsentDescription } from "@cloudflare/workers-oauth-provider";
import { ClientText, mixesAlphabets, tidy, WholeText } from "./client-text";
import { publisherOf } from "./publisher";

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

/** What is known of a client, and how well it is known: rows for a `<dl class="facts">`. */
export interface ClientRowsProps {
  name: string;
  /** The address of the metadata document that has the name, for a client that is known by one. */
  document: string | undefined;
  /** Where its access goes. */
  redirect: Redirect | undefined;
}

export function ClientRows({ name, document, redirect }: ClientRowsProps) {
  const publisher = publisherOf(document);
  return (
    <>
      <div>
        <dt>App</dt>
        <dd>
          <strong>
            <ClientText text={name} />
          </strong>
          {publisher === undefined ? (
            <p class="note">
              <span class="badge unverified">Not verified</span> This app named itself; the name
              isn’t verified.
            </p>
          ) : null}
          {mixesAlphabets(tidy(name)) ? (
            <p class="note">The name mixes alphabets, which can make it look like another one.</p>
          ) : null}
          <WholeText text={name} label="Show the whole name" />
        </dd>
      </div>
      {publisher === undefined ? null : (
        <div>
          <dt>Published by</dt>
          <dd>
            <strong>
              <ClientText text={publisher.host} max={HOST_MAX} />
            </strong>
            <p class="note">
              <span class="badge verified">Verified domain</span> The app’s name was published
              there, at <ClientText text={publisher.address} max={Infinity} />.
            </p>
          </dd>
        </div>
      )}
      {redirect === undefined ? null : <DestinationRow {...destinationOf(redirect)} />}
    </>
  );
}

function DestinationRow({ kind, address }: Destination) {
  return (
    <div>
      <dt>Access goes to</dt>
      <dd>
        <strong>
          <ClientText text={address} max={HOST_MAX} />
        </strong>
        <WholeText text={address} max={HOST_MAX} label="Show the whole address" />
        {kind === "loopback" ? <p class="note">An app on this computer.</p> : null}
        {kind === "app-link" ? (
          <p class="note">The app on this device that opens addresses of this kind.</p>
        ) : null}
      </dd>
    </div>
  );
}

/** Who is asking and where access will go, with a warning where that is not known well. */
export function ClientFacts({ client }: { client: ConsentDescription }) {
  return (
    <>
      <dl class="facts">
        <ClientRows
          name={client.clientName}
          document={client.clientDomain === undefined ? undefined : client.clientId}
          redirect={client}
        />
      </dl>
      {client.redirectIsLoopback ? (
        <p class="warning" id="loopback-warning">
          <strong>Did you just start this?</strong> Any app on this computer could use this name.
          Continue only if you just started signing in from an app on this computer.
        </p>
      ) : null}
    </>
  );
}
