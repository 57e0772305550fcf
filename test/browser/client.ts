import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import * as z from "zod";
import { listen } from "../support/loopback-server.ts";

/** What a client chooses when it registers; the rest is like most clients'. */
export type Registration = { client_name?: string; redirect_uris?: readonly string[] };

/** One authorization request of a client: where to send the person, and what only the client knows. */
export type Authorization = { url: string; clientId: string; state: string; verifier: string };

/** A client as a program on this computer is one: public, with an address of its own for answers. */
export type Client = {
  /** Where it takes answers. Its port is new each time, as programs have it. */
  readonly redirectUri: string;
  /** Registers (RFC 7591), and prepares to ask for access. */
  authorize(registration?: Registration): Promise<Authorization>;
  /** Changes the code that came back for tokens. */
  exchange(
    authorization: Authorization,
    code: string,
  ): Promise<{ access_token: string; scope: string }>;
  stop(): Promise<void>;
};

const scope = "op:add op:sub op:mult op:div account:read notes:read notes:write";

/** Starts a client of the server at `origin`. */
export async function startClient(origin: string): Promise<Client> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end("<!doctype html><title>Test client</title><h1>Back in the client</h1>");
  });
  const { origin: ownOrigin, stop } = await listen(server);
  const redirectUri = `${ownOrigin}/callback`;

  return {
    redirectUri,
    stop,
    async authorize(registration) {
      const registered = await fetch(`${origin}/oauth/register`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          client_name: "Test client",
          redirect_uris: [redirectUri],
          token_endpoint_auth_method: "none",
          ...registration,
        }),
      });
      const clientId = z.object({ client_id: z.string() }).parse(await registered.json()).client_id;
      const [state, verifier] = [randomText(), randomText()];
      const url = new URL("/authorize", origin);
      url.search = new URLSearchParams({
        response_type: "code",
        client_id: clientId,
        redirect_uri: redirectUri,
        state,
        code_challenge: createHash("sha256").update(verifier).digest("base64url"),
        code_challenge_method: "S256",
        resource: `${origin}/mcp`,
        scope,
      }).toString();
      return { url: url.href, state, verifier, clientId };
    },
    async exchange({ verifier, clientId }, code) {
      const response = await fetch(`${origin}/oauth/token`, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "authorization_code",
          client_id: clientId,
          redirect_uri: redirectUri,
          code,
          code_verifier: verifier,
        }),
      });
      const answer = await response.text();
      if (!response.ok) throw new Error(`The token endpoint answered ${response.status} ${answer}`);
      return z.object({ access_token: z.string(), scope: z.string() }).parse(JSON.parse(answer));
    },
  };
}

function randomText(): string {
  return randomBytes(32).toString("base64url");
}
