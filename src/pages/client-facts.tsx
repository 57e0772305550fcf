import type { ConsentDescription } from "@cloudflare/workers-oauth-provider";
import { ClientText, mixesAlphabets, tidy, WholeText } from "./client-text";

/** A host name has at most 253 characters. It is never cut: the end is the part that says whose it is. */
const HOST_MAX = 255;

interface Destination {
  kind: "website" | "loopback" | "app-link";
  address: string;
}

/**
 * Where the authorization code will go. `cursor://anysphere.cursor-mcp/…` has a "host" that looks like
 * a website's and is none, so an address that is not http(s) keeps its scheme.
 */
function destinationOf({
  redirectUri,
  redirectHost,
  redirectIsLoopback,
}: ConsentDescription): Destination {
  const { protocol, host } = new URL(redirectUri);
  if (protocol !== "https:" && protocol !== "http:") {
    return { kind: "app-link", address: host ? `${protocol}//${host}` : redirectHost };
  }
  return { kind: redirectIsLoopback ? "loopback" : "website", address: redirectHost };
}

/** Who is asking and where access will go: what is known, and how well it is known. */
export function ClientFacts({ client }: { client: ConsentDescription }) {
  const destination = destinationOf(client);
  return (
    <>
      <dl class="facts">
        <div>
          <dt>App</dt>
          <dd>
            <strong>
              <ClientText text={client.clientName} />
            </strong>
            {client.clientDomain === undefined ? (
              <p class="note">
                <span class="badge unverified">Not verified</span> This app named itself; the name
                isn’t verified.
              </p>
            ) : null}
            {mixesAlphabets(tidy(client.clientName)) ? (
              <p class="note">The name mixes alphabets, which can make it look like another one.</p>
            ) : null}
            <WholeText text={client.clientName} label="Show the whole name" />
          </dd>
        </div>
        {client.clientDomain === undefined ? null : (
          <div>
            <dt>Published by</dt>
            <dd>
              <strong>
                <ClientText text={client.clientDomain} max={HOST_MAX} />
              </strong>
              <p class="note">
                <span class="badge verified">Verified domain</span> The app’s name was published
                there.
              </p>
            </dd>
          </div>
        )}
        <div>
          <dt>Access goes to</dt>
          <dd>
            <strong>
              <ClientText text={destination.address} max={HOST_MAX} />
            </strong>
            <WholeText text={destination.address} max={HOST_MAX} label="Show the whole address" />
            {destination.kind === "loopback" ? <p class="note">An app on this computer.</p> : null}
            {destination.kind === "app-link" ? (
              <p class="note">The app on this device that opens addresses of this kind.</p>
            ) : null}
          </dd>
        </div>
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
