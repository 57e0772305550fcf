/// <reference path="./oidc-provider.d.ts" />

import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { Provider } from "oidc-provider";
import { providerConfiguration } from "./identity-provider-config.ts";
import { chooserPage, errorPage, pageHeaders } from "./identity-provider-pages.ts";
import { loadIdentityProviderState } from "./identity-provider-state.ts";
import { openLocalServer } from "./local-server.ts";
import { withoutAdvice } from "./oidc-provider-advice.ts";
import { people } from "./people.ts";

export type IdentityProviderOptions = {
  /** 0 takes a free one. */
  port: number;
  /** Where the client may be sent back to: `<the Worker's origin>/callback`. */
  redirectUris: readonly string[];
  /** Keeps the signing key and the client's secret over a restart; without it they are new each time. */
  persistFile?: string;
};

export type IdentityProvider = {
  /** Such as `http://127.0.0.1:8789`. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Ends it, with the connections that are open. May be called again. */
  stop(): Promise<void>;
};

const clientId = "gatehouse";

/**
 * Starts an OpenID provider on this machine: a certified implementation, with two made-up people
 * instead of accounts and passwords (dev/people.ts), for one confidential client.
 *
 * @throws Error when the port is taken, or `persistFile` cannot be read or written.
 */
export async function startIdentityProvider(
  options: IdentityProviderOptions,
): Promise<IdentityProvider> {
  const { clientSecret, jwks } = await loadIdentityProviderState(options.persistFile);
  const server = await openLocalServer("identity provider", options.port);
  const issuer = server.origin;
  const { redirectUris } = options;
  const provider = withoutAdvice(
    () =>
      new Provider(issuer, providerConfiguration({ clientId, clientSecret, redirectUris, jwks })),
  );
  provider.on("server_error", (_ctx, error) => console.error("identity provider:", error));
  const handleProtocol = provider.callback();
  server.serve((request, response, { pathname }) => {
    if (pathname.startsWith("/interaction/")) return handleInteraction(provider, request, response);
    handleProtocol(request, response);
  });
  return { issuer, clientId, clientSecret, stop: server.stop };
}

async function handleInteraction(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const send = (status: number, html: string) => {
    response.writeHead(status, pageHeaders).end(html);
  };
  try {
    const { uid, params } = await provider.interactionDetails(request, response);
    if (request.method !== "POST") {
      send(200, chooserPage(`/interaction/${uid}`, new URL(params.redirect_uri).host));
      return;
    }
    const form = new URLSearchParams(await text(request));
    const person = people.find(({ id }) => id === form.get("person"));
    const result = person
      ? { login: { accountId: person.sub } }
      : { error: "access_denied", error_description: "The person chose to cancel." };
    await provider.interactionFinished(request, response, result);
  } catch (error) {
    send(400, errorPage("invalid_request", error instanceof Error ? error.message : String(error)));
  }
}
