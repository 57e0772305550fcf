import * as oauth from "oauth4webapi";
import { isLoopback } from "../config";
import { REQUEST_TIMEOUT_MS, type RemoteValue, remoteValue } from "../lib/remote-value";

const FRESH_MS = 60 * 60 * 1_000;
/** Endpoints rarely move: a server can still be used while its metadata cannot be read. */
const STALE_MS = 24 * 60 * 60 * 1_000;

/** How each request to an authorization server is sent. `http` is for one on the developer's machine. */
export function requestOptions(issuer: string, timeoutMs = REQUEST_TIMEOUT_MS) {
  return {
    signal: AbortSignal.timeout(timeoutMs),
    [oauth.allowInsecureRequests]: isLoopback(new URL(issuer).hostname),
  };
}

type Form = "oauth2" | "oidc";
type Metadata = RemoteValue<oauth.AuthorizationServer>;

/** It is public, so the whole isolate shares it; it has only the configured issuers. */
const known = new Map<string, Metadata>();

/**
 * An authorization server's metadata. Its `issuer` must be exactly the one that was asked for.
 *
 * @param forms where to look: RFC 8414, and where there is nothing, OpenID Connect Discovery.
 */
export function authorizationServerMetadata(
  issuer: string,
  forms: readonly [Form, ...Form[]] = ["oauth2", "oidc"],
): Metadata {
  const key = `${forms.join()} ${issuer}`;
  const metadata = known.get(key) ?? keptMetadata(issuer, forms);
  known.set(key, metadata);
  return metadata;
}

function keptMetadata(issuer: string, forms: readonly [Form, ...Form[]]): Metadata {
  const identifier = new URL(issuer);
  // The form that answered last time, so that it is asked first.
  let [first, second] = forms;

  async function discover(algorithm: Form) {
    const response = await oauth.discoveryRequest(identifier, {
      algorithm,
      ...requestOptions(issuer),
    });
    const metadata = await oauth.processDiscoveryResponse(identifier, response);
    return metadata;
  }

  return remoteValue({
    freshMs: FRESH_MS,
    staleMs: STALE_MS,
    async load() {
      try {
        return await discover(first);
      } catch (error) {
        if (second === undefined) throw error;
        // The next attempt begins with the other form, however this one ends.
        [first, second] = [second, first];
        // A server that was too slow for one form is not asked for the other: somebody is waiting.
        if (isTimeout(error)) throw error;
        return await discover(first);
      }
    },
  });
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError";
}
