/// <reference path="../../dev/oidc-provider.d.ts" />

import type { ServerResponse } from "node:http";
import { Provider } from "oidc-provider";
import * as z from "zod";
import {
  answerInteraction,
  interactionConfiguration,
  isInteraction,
  type Question,
} from "../../dev/local-servers/interactions.ts";
import { personButtons } from "../../dev/local-servers/local-pages.ts";
import { openLocalServer } from "../../dev/local-servers/local-server.ts";
import { withoutAdvice } from "../../dev/local-servers/oidc-provider-advice.ts";
import { findPerson } from "../../dev/local-servers/people.ts";
import { newSigningKey } from "../../dev/local-servers/signing-keys.ts";
import { bodyOf } from "./loopback-server.ts";

/** What goes wrong at the service, as a test has told with PUT /control. */
const faultsSchema = z.object({
  token: z.enum(["none", "nonsense", "down", "invalid_grant"]).default("none"),
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
  const clientId = "gatehouse-at-tracker";
  const clientSecret = "secret at the tracker";
  const server = await openLocalServer("tracker", 0);
  const provider = withoutAdvice(
    () =>
      new Provider(server.origin, {
        clients: [
          {
            client_id: clientId,
            client_secret: clientSecret,
            redirect_uris: [redirectUri],
            grant_types: ["authorization_code", "refresh_token"],
          },
        ],
        jwks: { keys: [newSigningKey()] },
        scopes: ["openid", "offline_access", "issues:read", "issues:write"],
        pkce: { required: () => true },
        findAccount: (_ctx: unknown, sub: string) =>
          findPerson(sub) && { accountId: sub, claims: async () => ({ sub }) },
        ...interactionConfiguration("The tracker"),
        issueRefreshToken: async () => true,
        expiresWithSession: async () => false,
        rotateRefreshToken: true,
        features: {
          devInteractions: { enabled: false },
          rpInitiatedLogout: { enabled: false },
          revocation: { enabled: true },
        },
        ttl: {
          AccessToken: ACCESS_TOKEN_SECONDS,
          AuthorizationCode: 60,
          Grant: 86_400,
          IdToken: 600,
          Interaction: 600,
          RefreshToken: 86_400,
          Session: 600,
        },
      }),
  );
  provider.on("server_error", (_ctx, error) => console.error("tracker:", error));
  const handleProtocol = provider.callback();
  let faults = faultsSchema.parse({});
  let seen: TrackerSeen = { grants: [], revocations: 0, tokens: [] };

  const question: Question = {
    whose: "The tracker",
    show: (_params, action) =>
      `<h1>Who are you at the tracker?</h1><form method="post" action="${action}">${personButtons()}
<button type="submit" name="cancel" value="yes">Cancel</button></form>`,
    async decide({ sub }, { client_id, scope = "" }) {
      const grant = new provider.Grant({ accountId: sub, clientId: client_id });
      grant.addOIDCScope(scope);
      return { login: { accountId: sub }, consent: { grantId: await grant.save() } };
    },
  };

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
      if (faults.token === "invalid_grant") {
        response.writeHead(400, { "content-type": "application/json" });
        return void response.end('{"error":"invalid_grant"}');
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
