import type { KeyCredential } from "../config";
import { publicKeySet } from "../issuers/client-authentication";
import type { Handler } from "./auth-mode";

/** Where the public half of this server's own key is, by which it proves itself as a client (RFC 7517). */
export const KEY_SET_PATH = "/.well-known/jwks.json";

/** How long the other side may keep the keys: a new one is published long before it signs. */
const KEY_SET_MAX_AGE_SECONDS = 300;

export function keySetHandler(client: KeyCredential): Handler {
  return async ({ method }) => {
    if (method !== "GET" && method !== "HEAD") {
      const headers = { allow: "GET, HEAD" };
      return Response.json({ error: "method_not_allowed" }, { status: 405, headers });
    }
    const body = method === "GET" ? JSON.stringify(await publicKeySet(client)) : null;
    return new Response(body, {
      headers: {
        "content-type": "application/jwk-set+json",
        "cache-control": `public, max-age=${KEY_SET_MAX_AGE_SECONDS}`,
      },
    });
  };
}
