/// <reference path="../oidc-provider.d.ts" />

import { join } from "node:path";
import type { JSONWebKeySet, JWTPayload } from "jose";
import { Provider } from "oidc-provider";
import { loadIdentityProviderState } from "../identity-provider/identity-provider-state.ts";
import { answerInteraction, isInteraction } from "../local-servers/interactions.ts";
import { keptAdapter } from "../local-servers/kept-adapter.ts";
import { openLocalServer } from "../local-servers/local-server.ts";
import { withoutAdvice } from "../local-servers/oidc-provider-advice.ts";
import type { PersonId } from "../local-servers/people.ts";
import { newSigningKey, publicKeySet, signWith } from "../local-servers/signing-keys.ts";
import { openApiLinks } from "./api-links.ts";
import {
  type AuthorizationServerResources,
  authorizationServerConfiguration,
  type ResourceServerClient,
} from "./authorization-server-config.ts";
import { signInQuestion } from "./authorization-server-sign-in.ts";
import {
  TOKEN_EXCHANGE,
  tokenExchangeGrant,
  tokenExchangeParameters,
} from "./token-exchange-grant.ts";

export type AuthorizationServerOptions = {
  /** 0 picks a free one. */
  port: number;
  /** What tokens are for. */
  resources: AuthorizationServerResources;
  /** JWTs (RFC 9068), or opaque ones that have to be introspected (RFC 7662). */
  tokenFormat: "jwt" | "opaque";
  /** What tokens for Gatehouse may allow: the scopes of its tools. */
  mcpScopes: readonly string[];
  /** Gatehouse. */
  client: ResourceServerClient;
  /** A folder that keeps keys, clients and grants across restarts. */
  stateDir?: string;
};

export type AuthorizationServer = {
  /** Such as `http://127.0.0.1:8789`. */
  readonly issuer: string;
  /** How often each path was requested. */
  requestsTo(path: string): number;
  /** Signs with a new key from now on. Unless `keepsOld`, the old ones are no longer published. */
  rotateKeys(options?: { keepsOld?: boolean }): void;
  /** Whether a person lets Gatehouse use the APIs for them. Alice does at first, bob does not. */
  link(person: PersonId, isLinked: boolean): void;
  /** Signs a JWT of any content with its key, as if the server had issued it. */
  mint(claims: JWTPayload, header?: Record<string, unknown>): Promise<string>;
  /** Stops it and closes open connections. May be called again. */
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
  const { client, resources, mcpScopes, tokenFormat, stateDir } = options;
  const fileFor = (name: string) => (stateDir === undefined ? undefined : join(stateDir, name));
  let { jwks } = await loadIdentityProviderState(fileFor("authorization-server.json"));
  const adapter = keptAdapter(fileFor("authorization-server-grants.json"));
  const links = await openApiLinks(
    fileFor("authorization-server-links.json"),
    resources.apis.map(({ name }) => name),
  );
  const server = await openLocalServer("authorization server", options.port);
  const issuer = server.origin;
  const counts = new Map<string, number>();
  let provider = newProvider();
  let handleProtocol = provider.callback();

  function newProvider(): Provider {
    const made = withoutAdvice(
      () =>
        new Provider(
          issuer,
          authorizationServerConfiguration({
            client,
            resources,
            mcpScopes,
            jwks,
            tokenFormat,
            adapter,
          }),
        ),
    );
    made.on("server_error", (_ctx, error) => console.error("authorization server:", error));
    const exchange = tokenExchangeGrant({
      publicKeys: (): JSONWebKeySet => publicKeySet(jwks),
      mcpResources: resources.mcp,
      apis: resources.apis,
      isLinked: ({ id }) => links.has(id),
      linkPage: `${issuer}/connections`,
    });
    made.registerGrantType(TOKEN_EXCHANGE, exchange, tokenExchangeParameters);
    return made;
  }

  const question = signInQuestion(provider, mcpScopes);
  server.serve((request, response, url) => {
    const { pathname } = url;
    counts.set(pathname, (counts.get(pathname) ?? 0) + 1);
    if (isInteraction(pathname)) return answerInteraction(provider, question, request, response);
    if (pathname === "/connections") return links.answer(request, response);
    // oidc-provider denies a request that ends without any scope, and these tools have none to ask for.
    if (pathname === "/auth" && mcpScopes.length === 0 && !url.searchParams.get("scope")) {
      url.searchParams.set("scope", "openid");
      request.url = url.pathname + url.search;
    }
    handleProtocol(request, response);
  });

  return {
    issuer,
    requestsTo: (path) => counts.get(path) ?? 0,
    rotateKeys({ keepsOld = false } = {}) {
      // oidc-provider signs with the first that fits.
      jwks = { keys: [newSigningKey(), ...(keepsOld ? jwks.keys : [])] };
      provider = newProvider();
      handleProtocol = provider.callback();
    },
    link: links.set,
    mint: (claims, header) => signWith(jwks, claims, header),
    stop: server.stop,
  };
}
