import { createServer } from "node:http";
import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import * as z from "zod";
import { listen } from "./loopback-server.ts";

export type GuardedApi = { readonly origin: string; stop(): Promise<void> };

const scopeSchema = z.string().transform((scope) => scope.split(" "));

/**
 * An API that takes the tokens that one issuer issues for it (RFC 9068): GET /me says whom it takes the caller for,
 * POST /tickets needs the scope tickets.write. GET /tokens, which needs none, lists the tokens that it was sent.
 *
 * @param issuerOf gives the issuer; it may start after this.
 * @param isRevoked whether a person has taken back what they allowed; the API knows at once.
 */
export async function startGuardedApi(
  issuerOf: () => string,
  isRevoked: (subject: string) => boolean,
): Promise<GuardedApi> {
  const tokens: string[] = [];
  let keys: ReturnType<typeof createRemoteJWKSet> | undefined;
  const server = createServer(async (request, response) => {
    const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
      response
        .writeHead(status, { "content-type": "application/json", ...headers })
        .end(JSON.stringify(body));
    if (request.url === "/tokens") return json(200, tokens);
    const token = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
    tokens.push(token);
    keys ??= createRemoteJWKSet(new URL(`${issuerOf()}/jwks`));
    const expected = { issuer: issuerOf(), audience: api.origin, typ: "at+jwt" };
    const verified = await jwtVerify(token, keys, expected).catch(() => undefined);
    const subject = verified?.payload.sub ?? "";
    if (verified === undefined || isRevoked(subject)) {
      const challenge = 'Bearer realm="guarded", error="invalid_token"';
      return json(401, {}, { "www-authenticate": challenge });
    }
    const scopes = scopeSchema.parse(verified.payload.scope ?? "");
    if (request.method === "POST" && !scopes.includes("tickets.write")) return json(403, {});
    json(200, { subject, scopes });
  });
  const api = await listen(server);
  return api;
}

/** Whose token it is, and where it is good, without looking at its signature. */
export function readToken(token: string): { subject: string | undefined; audience: unknown } {
  const { sub, aud } = decodeJwt(token);
  return { subject: sub, audience: aud };
}
