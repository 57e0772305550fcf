import * as oauth from "oauth4webapi";
import { isLoopback } from "../config";
import { REQUEST_TIMEOUT_MS, type RemoteValue, remoteValue } from "../lib/remote-value";

const FRESH_MS = 60 * 60 * 1_000;
/** Endpoints rarely move: a server whose metadata cannot be read for a while can still be used. */
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

/** It is public, so all of an isolate share it; only the issuers of the configuration are in it. */
const known = new Map<string, Metadata>();

/**
 * What an authorization server says of itself. Its `issuer` is compared with the one that was asked
 * for, exactly.
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
        // The next attempt begins with the other form, whatever comes of this one.
        [first, second] = [second, first];
        // A server that was too slow for one is not asked for the other as well: somebody waits.
        if (isTimeout(error)) throw error;
        return await discover(first);
      }
    },
  });
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError";
}
