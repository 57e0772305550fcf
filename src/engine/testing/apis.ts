import type { ApiCredential } from "../config";
import type { ApiAccess } from "../config/define-api";
import type { ToolContext } from "../tools/define-tool";
import { apiClient, type Deliver } from "../upstream/api-client";
import type { TokenSource } from "../upstream/token-source";
import { UpstreamError } from "../upstream/upstream-error";

/** A test's stand-in for an API. The request has the person's token: `Bearer token-for-<api>`. */
export type ApiHandler = (request: Request) => Response | Promise<Response>;

/** The engine's client, with its limits and failures, in front of a test's APIs. */
export function apisOf(
  handlers: Readonly<Record<string, ApiHandler>>,
  signal: AbortSignal,
): ToolContext["api"] {
  return ({ name, access }) => {
    const handler = handlers[name];
    if (handler === undefined) {
      throw new UpstreamError("misconfigured", "This server is not set up to call that API.");
    }
    const api = {
      name,
      credential: credentialOf(access),
      displayName: name,
      url: `https://${name}.example`,
      ...notExchanged,
    };
    const deliver: Deliver = async (url, init) => handler(new Request(url, init));
    return apiClient(api, tokens, signal, undefined, deliver);
  };
}

/** Puts a key where the API looks for it. Other credentials are bearer tokens. */
function credentialOf(access: ApiAccess): ApiCredential {
  if (access.by === "key") return { ...access, key: "given by the token source" };
  return access.by === "identity" ? access : { by: "exchange" };
}

const notExchanged = { resource: undefined, audience: undefined, scopes: [] };

const tokens: TokenSource = {
  accessToken: async ({ name }) => `token-for-${name}`,
  refused: async () => false,
};
