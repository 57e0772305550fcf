/// <reference path="../oidc-provider.d.ts" />

import { type Context, Provider } from "oidc-provider";
import { answerInteraction, isInteraction, type Question } from "../local-servers/interactions.ts";
import { keptAdapter } from "../local-servers/kept-adapter.ts";
import { openLocalServer } from "../local-servers/local-server.ts";
import { withoutAdvice } from "../local-servers/oidc-provider-advice.ts";
import { publicKeySet } from "../local-servers/signing-keys.ts";
import { addExchangeGrants } from "./exchange-grants.ts";
import { providerConfiguration } from "./identity-provider-config.ts";
import { chooserPage, WHOSE } from "./identity-provider-pages.ts";
import { loadIdentityProviderState } from "./identity-provider-state.ts";
import type { ProtectedApi } from "./protected-apis.ts";

export type IdentityProviderOptions = {
  /** 0 picks a free one. */
  port: number;
  /** Where the client may be sent back to: `<the Worker's origin>/callback`. */
  redirectUris: readonly string[];
  /** Keeps the signing key, the client's secret and the tokens over a restart; without it they are new each time. */
  persistFile?: string;
  /** The APIs that it issues tokens for. */
  apis?: readonly ProtectedApi[];
  /** Whether a person has taken back what they allowed: then nothing is renewed for them. */
  isRevoked?: (subject: string) => boolean;
  /** Comes between requests and what answers them. */
  between?: (ctx: Context, next: () => Promise<void>) => Promise<void>;
};

export type IdentityProvider = {
  /** Such as `http://127.0.0.1:8789`. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Stops it and closes open connections. May be called again. */
  stop(): Promise<void>;
};

const clientId = "gatehouse";

/**
 * Starts an OpenID provider on this machine: a certified implementation, with two made-up people
 * instead of accounts and passwords (dev/local-servers/people.ts), for one confidential client.
 *
 * @throws Error when the port is taken, or `persistFile` cannot be read or written.
 */
export async function startIdentityProvider(
  options: IdentityProviderOptions,
): Promise<IdentityProvider> {
  const { clientSecret, jwks } = await loadIdentityProviderState(options.persistFile);
  const server = await openLocalServer("identity provider", options.port);
  const issuer = server.origin;
  const { redirectUris, apis = [], isRevoked = () => false, between } = options;
  const { persistFile } = options;
  const adapter =
    persistFile === undefined || apis.length === 0
      ? undefined
      : keptAdapter(persistFile.replace(/\.json$/, "-tokens.json"));
  const provider = withoutAdvice(
    () =>
      new Provider(
        issuer,
        providerConfiguration({
          clientId,
          clientSecret,
          redirectUris,
          jwks,
          apis,
          isRevoked,
          adapter,
        }),
      ),
  );
  if (apis.length > 0) addExchangeGrants(provider, apis, publicKeySet(jwks));
  if (between !== undefined) provider.use(between);
  provider.on("server_error", (_ctx, error) => console.error("identity provider:", error));
  const handleProtocol = provider.callback();
  server.serve((request, response, { pathname }) => {
    if (isInteraction(pathname)) return answerInteraction(provider, question, request, response);
    handleProtocol(request, response);
  });
  return { issuer, clientId, clientSecret, stop: server.stop };
}

const question: Question = {
  whose: WHOSE,
  show: ({ redirect_uri }, action) => chooserPage(action, new URL(redirect_uri).host),
  decide: ({ sub }) => ({ login: { accountId: sub } }),
};
