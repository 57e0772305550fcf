import { createServer } from "node:http";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { listen } from "../support/loopback-server.ts";

/** An API that takes the tokens of an issuer, by its keys: GET /me says whose, and what they allow. */
export async function startTokenApi(issuer: string, keySet: string) {
  const keys = createRemoteJWKSet(new URL(keySet));
  const server = createServer(async (request, response) => {
    const token = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
    const verified = await jwtVerify(token, keys, { issuer }).catch(() => undefined);
    if (verified === undefined) {
      return response.writeHead(401, { "www-authenticate": 'Bearer error="invalid_token"' }).end();
    }
    const { sub, client_id: client, scope } = verified.payload;
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ sub, client, scope }));
  });
  return listen(server);
}
