/// <reference path="./oidc-provider.d.ts" />

import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { JSONWebKeySet } from "jose";
import { Provider } from "oidc-provider";
import {
  type AuthorizationServerResources,
  apiScopes,
  authorizationServerConfiguration,
  mcpScopes,
  type ResourceServerClient,
} from "./authorization-server-config.ts";
import { consentPage, linksPage } from "./authorization-server-pages.ts";
import { errorPage, pageHeaders } from "./identity-provider-pages.ts";
import { loadIdentityProviderState } from "./identity-provider-state.ts";
import { keptAdapter } from "./kept-adapter.ts";
import { openLocalServer } from "./local-server.ts";
import { withoutAdvice } from "./oidc-provider-advice.ts";
import { type PersonId, people } from "./people.ts";
import { newSigningKey, publicKeySet } from "./signing-keys.ts";
import {
  TOKEN_EXCHANGE,
  tokenExchangeGrant,
  tokenExchangeParameters,
} from "./token-exchange-grant.ts";

export type AuthorizationServerOptions = {
  /** 0 takes a free one. */
  port: number;
  /** What tokens are for; made from this server's issuer, since the API may have its address. */
  resources: AuthorizationServerResources;
  /** JWTs (RFC 9068), or opaque ones that have to be introspected (RFC 7662). */
  tokenFormat: "jwt" | "opaque";
  /** Gatehouse. */
  client: ResourceServerClient;
  /** A folder that keeps keys, clients and grants over a restart. */
  stateDir?: string;
};

export type AuthorizationServer = {
  /** Such as `http://127.0.0.1:8789`. */
  readonly issuer: string;
  /** How often each path was asked for. */
  requestsTo(path: string): number;
  /** Signs with a new key from now on. The old one is no longer published. */
  rotateKeys(): void;
  /** Whether a person lets Gatehouse use the API for them. Alice does at first, bob does not. */
  link(person: PersonId, isLinked: boolean): void;
  /** Ends it, with the connections that are open. May be called again. */
  stop(): Promise<void>;
};

/**
 * Starts an authorization server for MCP clients on this machine, a certified implementation: they
 * register themselves, people sign in and consent on one page, and Gatehouse verifies the tokens,
 * or introspects them, and exchanges them for tokens of an API.
 *
 * @throws Error when the port is taken, or `stateDir` cannot be read or written.
 */
export async function startAuthorizationServer(
  options: AuthorizationServerOptions,
): Promise<AuthorizationServer> {
  const { client, resources, tokenFormat, stateDir } = options;
  const fileFor = (name: string) => (stateDir === undefined ? undefined : join(stateDir, name));
  let { jwks } = await loadIdentityProviderState(fileFor("authorization-server.json"));
  const adapter = keptAdapter(fileFor("authorization-server-grants.json"));
  const server = await openLocalServer("authorization server", options.port);
  const { origin: issuer } = server;
  const linked = new Set<PersonId>(["alice"]);
  const counts = new Map<string, number>();
  let provider = newProvider();
  let handleProtocol = provider.callback();

  function newProvider(): Provider {
    const made = withoutAdvice(
      () =>
        new Provider(
          issuer,
          authorizationServerConfiguration({ client, resources, jwks, tokenFormat, adapter }),
        ),
    );
    made.on("server_error", (_ctx, error) => console.error("authorization server:", error));
    const exchange = tokenExchangeGrant({
      issuer,
      publicKeys: (): JSONWebKeySet => publicKeySet(jwks),
      mcpResources: resources.mcp,
      api: { resource: resources.api, scopes: apiScopes },
      isLinked: ({ id }) => linked.has(id),
      linkPage: `${issuer}/connections`,
    });
    made.registerGrantType(TOKEN_EXCHANGE, exchange, tokenExchangeParameters);
    return made;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", issuer);
    counts.set(pathname, (counts.get(pathname) ?? 0) + 1);
    if (pathname.startsWith("/interaction/")) return interact(provider, request, response);
    if (pathname === "/connections") return showLinks(linked, request, response);
    handleProtocol(request, response);
  }
  server.serve((request, response) => void handle(request, response));

  return {
    issuer,
    requestsTo: (path) => counts.get(path) ?? 0,
    rotateKeys() {
      jwks = { keys: [newSigningKey()] };
      provider = newProvider();
      handleProtocol = provider.callback();
    },
    link(person, isLinked) {
      if (isLinked) linked.add(person);
      else linked.delete(person);
    },
    stop: server.stop,
  };
}

/** One page for both: choosing a person is signing in, and allowing what is ticked. */
async function interact(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const send = (status: number, html: string) => {
    response.writeHead(status, pageHeaders).end(html);
  };
  try {
    const { uid, params } = await provider.interactionDetails(request, response);
    const asked = (params.scope ?? "").split(" ").filter((scope) => mcpScopes.includes(scope));
    if (request.method !== "POST") {
      const client = await provider.Client.find(params.client_id);
      const clientName = client?.clientName ?? params.client_id;
      send(200, consentPage(`/interaction/${uid}`, clientName, asked));
      return;
    }
    const form = new URLSearchParams(await text(request));
    const person = people.find(({ id }) => id === form.get("person"));
    if (person === undefined) {
      const error_description = "The person chose to cancel.";
      const result = { error: "access_denied", error_description };
      return await provider.interactionFinished(request, response, result);
    }
    const grant = new provider.Grant({ accountId: person.sub, clientId: params.client_id });
    grant.addOIDCScope("openid offline_access");
    const ticked = form.getAll("scope");
    for (const scope of asked) {
      const resource = params.resource ?? "";
      // oidc-provider keeps what it lists as its own scopes apart from what a resource defines.
      if (ticked.includes(scope)) {
        grant.addOIDCScope(scope);
        grant.addResourceScope(resource, scope);
      } else {
        grant.rejectOIDCScope(scope);
        grant.rejectResourceScope(resource, scope);
      }
    }
    await provider.interactionFinished(request, response, {
      login: { accountId: person.sub },
      consent: { grantId: await grant.save() },
    });
  } catch (error) {
    send(400, errorPage("invalid_request", error instanceof Error ? error.message : String(error)));
  }
}

/** Lets a person allow, or no longer allow, that Gatehouse uses the API for them. */
async function showLinks(
  linked: Set<PersonId>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const form = new URLSearchParams(request.method === "POST" ? await text(request) : "");
  for (const { id } of people) {
    if (form.get("link") === id) linked.add(id);
    if (form.get("unlink") === id) linked.delete(id);
  }
  response.writeHead(200, pageHeaders).end(linksPage(linked));
}
