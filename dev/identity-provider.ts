import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { type Context, Provider } from "oidc-provider";
import { chooserPage, continuePage, errorPage, pageHeaders } from "./identity-provider-pages.ts";
import { loadIdentityProviderState } from "./identity-provider-state.ts";
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
 * Its host is 127.0.0.1 where the Worker's is localhost, so for a browser they are two sites, as
 * they are in production.
 *
 * @throws Error when the port is taken, or `persistFile` cannot be read or written.
 */
export async function startIdentityProvider(
  options: IdentityProviderOptions,
): Promise<IdentityProvider> {
  const state = await loadIdentityProviderState(options.persistFile);
  const server = createServer();
  server.listen(options.port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    throw new Error(`The identity provider cannot listen on port ${options.port}.`, {
      cause: error,
    });
  }
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port was assigned");
  const issuer = `http://127.0.0.1:${address.port}`;

  const provider = withoutAdvice(
    () => new Provider(issuer, configuration(state.clientSecret, state.jwks, options.redirectUris)),
  );
  provider.on("server_error", (_ctx, error) => console.error("identity provider:", error));
  const handleProtocol = provider.callback();
  server.on("request", (request, response) => {
    if (request.url?.startsWith("/interaction/")) {
      void handleInteraction(provider, request, response);
    } else {
      handleProtocol(request, response);
    }
  });

  return {
    issuer,
    clientId,
    clientSecret: state.clientSecret,
    async stop() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * oidc-provider prints warnings for people who put it into production: that its store is in memory,
 * and the like. Here that is the intention, and the warning would only worry whoever reads it.
 */
function withoutAdvice<Result>(work: () => Result): Result {
  const { info, warn } = console;
  console.info = console.warn = () => {};
  try {
    return work();
  } finally {
    Object.assign(console, { info, warn });
  }
}

function configuration(clientSecret: string, jwks: object, redirectUris: readonly string[]) {
  return {
    clients: [
      { client_id: clientId, client_secret: clientSecret, redirect_uris: [...redirectUris] },
    ],
    jwks,
    pkce: { required: () => true },
    claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] },
    // Both in the ID token and at the userinfo endpoint, so that clients may use either.
    conformIdTokenClaims: false,
    findAccount: (_ctx: Context, sub: string) => findAccount(sub),
    loadExistingGrant: grantAll,
    interactions: { url: (_ctx: Context, { uid }: { uid: string }) => `/interaction/${uid}` },
    renderError(ctx: Context, out: { error: string; error_description?: string }) {
      ctx.type = "html";
      for (const [name, value] of Object.entries(pageHeaders)) ctx.set(name, value);
      ctx.body = errorPage(out.error, out.error_description ?? "");
    },
    cookies: {
      keys: [randomBytes(32).toString("base64url")],
      // A path that nobody visits, so no browser sends this cookie back: each sign-in asks anew who it
      // is, and bob can follow alice in the same browser.
      long: { path: "/no-earlier-session", httpOnly: true, sameSite: "lax" },
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
    },
    ttl: {
      AccessToken: 3_600,
      AuthorizationCode: 60,
      Grant: 3_600,
      IdToken: 3_600,
      Interaction: 3_600,
      Session: 3_600,
    },
  };
}

function findAccount(sub: string) {
  const person = people.find((candidate) => candidate.sub === sub);
  if (person === undefined) return undefined;
  const { name, email } = person;
  return { accountId: sub, claims: async () => ({ sub, name, email, email_verified: true }) };
}

/** The client is our own, so nobody is asked at this end what it may know. */
async function grantAll({ oidc }: Context) {
  const { accountId } = oidc.session;
  if (accountId === undefined) return undefined;
  const grant = new oidc.provider.Grant({ accountId, clientId: oidc.client.clientId });
  grant.addOIDCScope("openid profile email");
  await grant.save();
  return grant;
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
    send(200, continuePage(await provider.interactionResult(request, response, result)));
  } catch (error) {
    send(400, errorPage("invalid_request", error instanceof Error ? error.message : String(error)));
  }
}
