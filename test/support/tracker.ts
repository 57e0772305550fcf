import type { ServerResponse } from "node:http";
import * as z from "zod";
import { serviceProvider } from "../../dev/local-apis/service-provider.ts";
import { answerInteraction, isInteraction } from "../../dev/local-servers/interactions.ts";
import { openLocalServer } from "../../dev/local-servers/local-server.ts";
import { findPerson } from "../../dev/local-servers/people.ts";
import { bodyOf } from "./loopback-server.ts";

/** What goes wrong at the service, as a test has told with PUT /control. */
const faultsSchema = z.object({
  token: z
    .enum(["none", "nonsense", "down", "invalid_grant", "bad_refresh_token", "huge"])
    .default("none"),
  revocation: z.enum(["none", "down"]).default("none"),
  api: z.enum(["none", "refuses"]).default("none"),
});

/** What the service has seen: GET /control. */
export type TrackerSeen = {
  /** Grant types that the token endpoint answered. */
  grants: string[];
  /** How many revocations. */
  revocations: number;
  /** The bearer token of each call of the API. */
  tokens: string[];
};

const ACCESS_TOKEN_SECONDS = 600;

/**
 * A service that people connect: a real authorization server, whose refresh tokens work once, and whose reuse ends
 * the grant; and an API that says who its token is for: GET /api/me, and /api/issues, which says what it received too.
 */
export async function startTracker(redirectUri: string) {
  const server = await openLocalServer("tracker", 0);
  const { provider, question, clientId, clientSecret } = serviceProvider(server.origin, {
    name: "the tracker",
    redirectUris: [redirectUri],
    scopes: ["issues:read", "issues:write"],
    accessTokenSeconds: ACCESS_TOKEN_SECONDS,
  });
  const handleProtocol = provider.callback();
  let faults = faultsSchema.parse({});
  let seen: TrackerSeen = { grants: [], revocations: 0, tokens: [] };

  /** @param content what it answers, beside who the token is for. */
  async function answerApi(
    authorization: string,
    response: ServerResponse,
    content: object = {},
  ): Promise<void> {
    const token = authorization.replace(/^Bearer /, "");
    seen.tokens.push(token);
    const found = await provider.AccessToken.find(token);
    if (found === undefined || !found.isValid || faults.api === "refuses") {
      response.writeHead(401, { "www-authenticate": 'Bearer error="invalid_token"' }).end();
      return;
    }
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ person: findPerson(found.accountId ?? "")?.id, ...content }));
  }

  server.serve(async (request, response, { pathname }) => {
    if (pathname === "/control") {
      if (request.method === "PUT") {
        faults = faultsSchema.parse(JSON.parse(await bodyOf(request)));
        seen = { grants: [], revocations: 0, tokens: [] };
      }
      response.end(JSON.stringify(seen));
      return;
    }
    if (pathname.startsWith("/api/issues")) {
      const { method, url, headers } = request;
      const body = await bodyOf(request);
      const received = { method, url, body, type: headers["content-type"], cookie: headers.cookie };
      return answerApi(headers.authorization ?? "", response, { received });
    }
    if (pathname === "/api/me") return answerApi(request.headers.authorization ?? "", response);
    if (isInteraction(pathname)) return answerInteraction(provider, question, request, response);
    if (pathname === "/token") {
      seen.grants.push(faults.token);
      if (faults.token === "nonsense") return void response.end("<h1>Welcome</h1>");
      if (faults.token === "down") return void response.writeHead(503).end();
      if (faults.token === "invalid_grant" || faults.token === "bad_refresh_token") {
        // GitHub answers with 200.
        const status = faults.token === "invalid_grant" ? 400 : 200;
        response.writeHead(status, { "content-type": "application/json" });
        return void response.end(JSON.stringify({ error: faults.token }));
      }
      if (faults.token === "huge") {
        response.writeHead(200, { "content-type": "application/json" });
        return void response.end(JSON.stringify({ access_token: "x".repeat(16_385) }));
      }
    }
    if (pathname === "/token/revocation") {
      seen.revocations += 1;
      if (faults.revocation === "down") return void response.writeHead(503).end();
    }
    handleProtocol(request, response);
  });

  return { origin: server.origin, clientId, clientSecret, stop: server.stop };
}
