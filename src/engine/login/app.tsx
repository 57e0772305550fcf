import {
  AuthorizationError,
  type AuthRequest,
  authorizationErrorRedirect,
  CimdFetchError,
  type OAuthHelpers,
} from "@cloudflare/workers-oauth-provider";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import * as oauth from "oauth4webapi";
import * as z from "zod";
import { isLoopbackRedirect } from "../config";
import { grantIdOf } from "../grants/grant-id";
import type { GrantMetadata } from "../grants/grant-metadata";
import { isAllowedPerson } from "../identity/allowed-people";
import type { GrantProps } from "../identity/principal";
import { userIdOf } from "../identity/user-id";
import { allowMethods } from "../lib/allow-methods";
import { requestIdOf } from "../lib/request-id";
import type { OwnAuthorization } from "../own-authorization";
import type { Catalogue } from "../tools/catalogue";
import { withImplied } from "../tools/scopes";
import { ErrorPage } from "../ui/error-page";
import { page } from "../ui/respond";
import { presentParameters } from "./authorization-parameters";
import { ConsentPage } from "./consent-page";
import { consentScopes } from "./consent-scopes";
import { ContinuePage } from "./continue-page";
import { onlyAllowedClients } from "./only-allowed-clients";
import { refusePerson } from "./person-refusal";
import { nothingTicked, refusalOf } from "./refusals";
import { RequestRefusedPage } from "./request-refused-page";
import { failedSignIn, record, scopesAskedIn } from "./sign-in-events";
import { SignInFailedPage } from "./sign-in-failed-page";
import { type SignInFailure, signInFailureOf } from "./sign-in-failure";
import { limitSignIns } from "./sign-in-limit";

type LoginEnv = { Bindings: Env };

/** What is kept, sealed and bound to the browser, while the person is at the identity provider. */
const pendingSignInSchema = z.object({
  codeVerifier: z.string(),
  nonce: z.string(),
  clientName: z.string(),
  /** As the consent page posted it: for the audit only, which also records what was given. */
  scopesAsked: z.array(z.string()).default([]),
});
type PendingSignIn = z.infer<typeof pendingSignInSchema>;

const MAX_FORM_BYTES = 64 * 1_024;
const MAX_NAME_CHARS = 200;

export type LoginOptions = {
  serverName: string;
  authorization: OwnAuthorization;
  catalogue: Catalogue;
  origin: string;
  /**
   * workers-oauth-provider's helpers: they keep the request server-side, single use, and bound to the
   * browser by one cookie per page, so that two tabs do not disturb each other.
   */
  helpers: (env: Env) => OAuthHelpers;
};

/**
 * How a person signs in and consents: GET /authorize shows the consent page, POST /authorize takes
 * the decision and sends the person to the identity provider, GET /callback takes them back and
 * sends the client its code.
 */
export function createLoginApp({
  serverName,
  authorization,
  catalogue,
  origin,
  helpers,
}: LoginOptions): Hono<LoginEnv> {
  const { allowedPeople, identityProvider: provider } = authorization;
  const redirectUri = `${origin}/callback`;
  const app = new Hono<LoginEnv>();

  app.use("/authorize", allowMethods("GET", "POST"), limitSignIns(serverName));
  app.use("/callback", allowMethods("GET"));

  app.get("/authorize", onlyAllowedClients(serverName, authorization), async (c) => {
    const oauthHelpers = helpers(c.env);
    const url = presentParameters(c.req.url);
    const request = await oauthHelpers.parseAuthRequest(new Request(url, c.req.raw));
    requirePkce(request);
    requireQueryMode(request, url.searchParams);
    const client = await oauthHelpers.describeConsent(request);
    const consent = await oauthHelpers.beginConsent(request);
    return page(
      c,
      <ConsentPage
        serverName={serverName}
        identityProviderName={provider.displayName}
        handle={consent.handle}
        client={client}
        scopes={consentScopes(catalogue, request.scope)}
      />,
      { headers: consent.headers },
    );
  });

  app.post("/authorize", bodyLimit({ maxSize: MAX_FORM_BYTES }), async (c) => {
    // A body that is not a form counts as an empty one: the page is refused as not from this server.
    const form = await c.req.formData().catch(() => new FormData());
    const handle = String(form.get("handle"));
    const oauthHelpers = helpers(c.env);
    if (form.get("decision") !== "approve") {
      const denied = await oauthHelpers.denyConsent(c.req.raw, handle);
      record(c, {
        kind: "consent",
        outcome: "denied",
        clientId: denied.request.clientId,
        scopesAsked: denied.request.scope,
        scopesGiven: [],
      });
      return continueTo(c, denied.redirectTo, "the app", denied.headers);
    }

    const scope = form.getAll("scope").map(String);
    // The handle is not used up, so the person can go back to the page and still decide.
    if (scope.length === 0 && !isOfUseWithoutScopes(catalogue)) {
      return page(c, <ErrorPage serverName={serverName} {...nothingTicked} />, { status: 400 });
    }
    const approved = await oauthHelpers.approveConsent(c.req.raw, handle, { scope });
    const { clientName: name } = await oauthHelpers.describeConsent(approved.request);
    // It goes into the grant and each token; one from before names were bounded may be of any length.
    const clientName = name.slice(0, MAX_NAME_CHARS);
    const pending: PendingSignIn = {
      codeVerifier: oauth.generateRandomCodeVerifier(),
      nonce: oauth.generateRandomNonce(),
      clientName,
      scopesAsked: scopesAskedIn(form, catalogue),
    };
    const { state, headers } = await oauthHelpers.beginUpstream(approved.request, {
      data: pending,
      headers: approved.headers,
    });
    try {
      const scopes = withImplied(approved.request.scope, catalogue.allScopes);
      const url = await provider.authorizationUrl({ redirectUri, state, ...pending, scopes });
      return continueTo(c, url.href, provider.displayName, headers);
    } catch (error) {
      const failure = signInFailureOf(error, provider.displayName);
      record(c, { kind: "sign_in", clientId: approved.request.clientId, ...failedSignIn(failure) });
      const { url, explained } = refuseSignIn(c, failure, approved.request, headers);
      return explained ?? continueTo(c, url, "the app", headers);
    }
  });

  app.get("/callback", async (c) => {
    const oauthHelpers = helpers(c.env);
    const callback = new URL(c.req.url);
    const { request, data, headers } = await oauthHelpers.finishUpstream(c.req.raw);
    const { clientName, scopesAsked, ...pending } = pendingSignInSchema.parse(data);
    const { clientId, scope } = request;
    const state = callback.searchParams.get("state") ?? "";
    const identified = await provider
      .identify(callback, {
        ...{ redirectUri, state, ...pending },
        scopes: withImplied(scope, catalogue.allScopes),
      })
      .catch((error: unknown) => signInFailureOf(error, provider.displayName));
    if (!("identity" in identified)) {
      record(c, { kind: "sign_in", clientId, ...failedSignIn(identified) });
      const { url, explained } = refuseSignIn(c, identified, request, headers);
      if (explained !== undefined) return explained;
      headers.set("Location", url);
      return new Response(null, { status: 302, headers });
    }
    const { identity, upstream } = identified;
    const userId = await userIdOf(identity);
    const person = { userId, identity };
    const signedIn = { kind: "sign_in", clientId, userId, issuer: identity.issuer } as const;
    if (!isAllowedPerson(allowedPeople, person)) {
      record(c, { ...signedIn, outcome: "refused", reason: "person_not_allowed" });
      const server = { serverName, identityProviderName: provider.displayName };
      return refusePerson(c, server, person, request, headers);
    }
    const props: GrantProps = { identity, clientName, ...(upstream && { upstream }) };
    const { redirectTo } = await oauthHelpers.completeAuthorization({
      request,
      userId,
      metadata: { clientName } satisfies GrantMetadata,
      scope,
      props,
      // The same client on a second device is a grant of its own: a new sign-in must not end it.
      revokeExistingGrants: false,
    });
    record(c, { ...signedIn, outcome: "ok" });
    const code = new URL(redirectTo).searchParams.get("code") ?? "";
    record(c, {
      kind: "consent",
      outcome: "given",
      userId,
      clientId,
      ...grantIdOf(code),
      scopesAsked,
      scopesGiven: scope,
    });
    headers.set("Location", redirectTo);
    return new Response(null, { status: 302, headers });
  });

  /**
   * The redirect that reports a failed sign-in to the client, and the page that explains it to the person
   * if they have to do something first.
   */
  function refuseSignIn(
    c: Context<LoginEnv>,
    { code, description, page: explanation }: SignInFailure,
    request: AuthRequest,
    headers: Headers,
  ) {
    const url = authorizationErrorRedirect(request, code, description);
    if (explanation === undefined) return { url };
    const { status, ...words } = explanation;
    const shown = { serverName, reference: requestIdOf(c.req.raw), url, ...words };
    headers.delete("Location");
    return { url, explained: page(c, <SignInFailedPage {...shown} />, { status, headers }) };
  }

  /**
   * A page that goes on to `url`. Not a redirect, because the Content-Security-Policy's form-action
   * also governs redirects after a form was sent, and no list of every provider's hosts and every
   * client's scheme could be complete.
   */
  function continueTo(c: Context<LoginEnv>, url: string, destination: string, headers: Headers) {
    headers.delete("Location");
    return page(c, <ContinuePage serverName={serverName} url={url} destination={destination} />, {
      headers,
    });
  }

  app.onError((error, c) => {
    // Only a request with a validated client and redirect URI carries an address to go back to.
    if (error instanceof AuthorizationError && error.redirectTo !== undefined) {
      // An address that the operator chose, or on the person's own machine, is safe to redirect to.
      const isTrusted = authorization.allowedClients !== undefined;
      if (isTrusted || isLoopbackRedirect(new URL(error.redirectTo))) {
        return c.redirect(error.redirectTo, 302);
      }
      const refused = { serverName, code: error.code, url: error.redirectTo };
      return page(c, <RequestRefusedPage {...refused} />, { status: 400 });
    }
    if (error instanceof AuthorizationError || error instanceof CimdFetchError) {
      return page(c, <ErrorPage serverName={serverName} {...refusalOf(error)} />, { status: 400 });
    }
    throw error;
  });

  return app;
}

/** Whether a client without permissions is of use: a tool needs none, or there is nothing to tick. */
function isOfUseWithoutScopes({ allScopes, allTools }: Catalogue): boolean {
  return allScopes.length === 0 || allTools.some((tool) => tool.usableWith([]));
}

/**
 * OAuth 2.1, section 7.5.2, and MCP authorization require it of every client; the library, only of
 * public ones.
 */
function requirePkce(request: AuthRequest): void {
  if (request.codeChallenge !== undefined) return;
  throw invalidRequest(
    request,
    "PKCE is required: send code_challenge with code_challenge_method S256",
  );
}

/** The only mode in the metadata: another would not reach the waiting client. */
function requireQueryMode(request: AuthRequest, parameters: URLSearchParams): void {
  const mode = parameters.get("response_mode") ?? "query";
  if (mode === "query") return;
  throw invalidRequest(request, "The only response_mode here is query");
}

function invalidRequest(
  { redirectUri, state, issuer }: AuthRequest,
  description: string,
): AuthorizationError {
  return new AuthorizationError("invalid_request", {
    description,
    redirectUri,
    state,
    ...(issuer !== undefined && { issuer }),
  });
}
