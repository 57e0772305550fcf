import {
  AuthorizationError,
  type AuthRequest,
  authorizationErrorRedirect,
  CimdFetchError,
  type OAuthHelpers,
} from "@cloudflare/workers-oauth-provider";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { isLoopbackRedirect } from "../config";
import { scopesGivenBefore } from "../grants/given-before";
import { isAllowedPerson } from "../identity/allowed-people";
import { userIdOf } from "../identity/user-id";
import { allowMethods } from "../lib/allow-methods";
import { requestIdOf } from "../lib/request-id";
import type { OwnAuthorization } from "../own-authorization";
import type { Catalogue } from "../tools/catalogue";
import { withImplied } from "../tools/scopes";
import { ErrorPage } from "../ui/error-page";
import { page } from "../ui/respond";
import { isOfUseWithoutScopes, requirePkce, requireQueryMode } from "./authorization-checks";
import { presentParameters } from "./authorization-parameters";
import { browserPeople, type KeptSessions } from "./browser-person";
import { ConsentPage, SignInFirstPage } from "./consent-page";
import { offeredScopes } from "./consent-scopes";
import { ContinuePage } from "./continue-page";
import { giveCode } from "./give-code";
import { onlyAllowedClients } from "./only-allowed-clients";
import { type PendingSignIn, pendingSignInSchema, signInSecrets } from "./pending-sign-in";
import { refusePerson } from "./person-refusal";
import { nothingTicked, pageExpired, refusalOf } from "./refusals";
import { RequestRefusedPage } from "./request-refused-page";
import { failedSignIn, record, scopesAskedIn } from "./sign-in-events";
import { SignInFailedPage } from "./sign-in-failed-page";
import { anotherPerson, type SignInFailure, signInFailureOf } from "./sign-in-failure";
import { limitSignIns } from "./sign-in-limit";

type LoginEnv = { Bindings: Env };

const MAX_FORM_BYTES = 64 * 1_024;
const MAX_NAME_CHARS = 200;

export type LoginOptions = {
  serverName: string;
  authorization: OwnAuthorization;
  catalogue: Catalogue;
  origin: string;
  /** Of the browser, which the pages about connected apps have too. */
  sessions: KeptSessions;
  /** SESSION_SECRET. */
  secret: string;
  /**
   * workers-oauth-provider's helpers: they keep the request server-side, single use, and bound to the
   * browser by one cookie per page, so that two tabs do not disturb each other.
   */
  helpers: (env: Env) => OAuthHelpers;
};

/**
 * How a person signs in and consents. GET /authorize asks whoever is not signed in to do that first, by a press of a
 * button: POST /authorize sends them to the identity provider, and GET /callback back to the request. It then shows
 * the consent page, and POST /authorize takes the decision. Whoever signed in for this very request is done then;
 * otherwise the identity provider has to name the same person once more, or to issue the tokens that tools need, and
 * GET /callback sends the client its code. SECURITY.md says why in this order.
 */
export function createLoginApp({
  serverName,
  authorization,
  catalogue,
  origin,
  sessions,
  secret,
  helpers,
}: LoginOptions): Hono<LoginEnv> {
  const { allowedPeople, identityProvider: provider } = authorization;
  const redirectUri = `${origin}/callback`;
  const people = browserPeople(sessions, secret);
  const server = { serverName, identityProviderName: provider.displayName };
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
    const { handle, headers } = await oauthHelpers.beginConsent(request);
    const shown = { ...server, handle, client, query: url.search.slice(1) };
    const person = await people.of(c, request);
    if (person === undefined) return page(c, <SignInFirstPage {...shown} />, { headers });
    const given = await scopesGivenBefore(c.env, person.userId, request.clientId);
    const isKnownToPerson = given !== undefined;
    const offered = offeredScopes(catalogue, request.scope, given);
    const consent = { ...shown, ...offered, person, isKnownToPerson };
    return page(c, <ConsentPage {...consent} />, { headers });
  });

  app.post("/authorize", bodyLimit({ maxSize: MAX_FORM_BYTES }), async (c) => {
    // A body that is not a form counts as an empty one: the page is refused as not from this server.
    const form = await c.req.formData().catch(() => new FormData());
    const handle = String(form.get("handle"));
    const oauthHelpers = helpers(c.env);
    switch (form.get("decision")) {
      case "approve":
        return approve(c, handle, form);
      case "sign-in":
        return findOutWho(c, handle, String(form.get("request")), false);
      case "switch":
        return findOutWho(c, handle, String(form.get("request")), true);
    }
    const denied = await oauthHelpers.denyConsent(c.req.raw, handle);
    record(c, {
      kind: "consent",
      outcome: "denied",
      clientId: denied.request.clientId,
      scopesAsked: denied.request.scope,
      scopesGiven: [],
    });
    return continueTo(c, denied.redirectTo, "the app", denied.headers);
  });

  /** Before consent. The library's approval is of nothing but going on: the scopes are not decided here. */
  async function findOutWho(
    c: Context<LoginEnv>,
    handle: string,
    query: string,
    isAnother: boolean,
  ) {
    const { request, headers } = await helpers(c.env).approveConsent(c.req.raw, handle);
    return toProvider(c, request, headers, { stage: "who", ...signInSecrets(), query }, isAnother);
  }

  async function approve(c: Context<LoginEnv>, handle: string, form: FormData) {
    const scope = form.getAll("scope").map(String);
    // The handle is not used up, so the person can go back to the page and still decide.
    if (scope.length === 0 && !isOfUseWithoutScopes(catalogue)) {
      return page(c, <ErrorPage serverName={serverName} {...nothingTicked} />, { status: 400 });
    }
    const oauthHelpers = helpers(c.env);
    const { request, headers } = await oauthHelpers.approveConsent(c.req.raw, handle, { scope });
    const person = await people.of(c, request);
    // Whom the page was shown to, and nobody else, is who it counts for.
    if (person === undefined || person.userId !== form.get("person")) return expired(c);
    const { clientName: name } = await oauthHelpers.describeConsent(request);
    const consented = {
      // It goes into the grant and each token; one from before names were bounded may be of any length.
      clientName: name.slice(0, MAX_NAME_CHARS),
      scopesAsked: scopesAskedIn(form, catalogue),
    };
    // Where tools need the tokens of a sign-in, they are asked for with what was ticked, so only now.
    if (person.identity === undefined || provider.refresh !== undefined) {
      const { userId } = person;
      const pending = { stage: "grant", ...signInSecrets(), ...consented, userId } as const;
      return toProvider(c, request, headers, pending);
    }
    const { identity, userId } = person;
    if (!isAllowedPerson(allowedPeople, { userId, identity })) {
      return refusePerson(c, server, { userId, identity }, request, headers);
    }
    headers.append("Set-Cookie", await people.forget(request));
    const url = await giveCode(c, oauthHelpers, request, { userId, identity }, consented);
    return continueTo(c, url, "the app", headers);
  }

  async function toProvider(
    c: Context<LoginEnv>,
    request: AuthRequest,
    headersSoFar: Headers,
    pending: PendingSignIn,
    isAnother = false,
  ) {
    const { state, headers } = await helpers(c.env).beginUpstream(request, {
      data: pending,
      headers: headersSoFar,
    });
    try {
      const signIn = { redirectUri, state, ...pending, isAnother, ...scopesOf(pending, request) };
      const url = await provider.authorizationUrl(signIn);
      return continueTo(c, url.href, provider.displayName, headers);
    } catch (error) {
      const failure = signInFailureOf(error, provider.displayName);
      record(c, { kind: "sign_in", clientId: request.clientId, ...failedSignIn(failure) });
      const { url, explained } = refuseSignIn(c, failure, request, headers);
      return explained ?? continueTo(c, url, "the app", headers);
    }
  }

  /** What a sign-in asks the provider for: before consent, for nothing but who the person is. */
  function scopesOf({ stage }: PendingSignIn, { scope }: AuthRequest) {
    return stage === "who" ? {} : { scopes: withImplied(scope, catalogue.allScopes) };
  }

  app.get("/callback", async (c) => {
    const oauthHelpers = helpers(c.env);
    const callback = new URL(c.req.url);
    const { request, data, headers } = await oauthHelpers.finishUpstream(c.req.raw);
    const pending = pendingSignInSchema.safeParse(data).data;
    // Begun under an earlier version of this server.
    if (pending === undefined) return expired(c);
    const { clientId } = request;
    const state = callback.searchParams.get("state") ?? "";
    const identified = await provider
      .identify(callback, { redirectUri, state, ...pending, ...scopesOf(pending, request) })
      .catch((error: unknown) => signInFailureOf(error, provider.displayName));
    if (!("identity" in identified)) return failed(c, identified, request, headers);
    const { identity, upstream } = identified;
    const userId = await userIdOf(identity);
    const person = { userId, identity };
    const signedIn = { kind: "sign_in", clientId, userId, issuer: identity.issuer } as const;
    if (!isAllowedPerson(allowedPeople, person)) {
      record(c, { ...signedIn, outcome: "refused", reason: "person_not_allowed" });
      return refusePerson(c, server, person, request, headers);
    }
    if (pending.stage === "who") {
      record(c, { ...signedIn, outcome: "ok" });
      for (const cookie of await people.keep(request, person)) headers.append("Set-Cookie", cookie);
      // Checked again there: what a form posted is no better than any address.
      headers.set("Location", `/authorize?${new URLSearchParams(pending.query)}`);
      return new Response(null, { status: 302, headers });
    }
    if (pending.userId !== userId) return failed(c, anotherPerson, request, headers);
    record(c, { ...signedIn, outcome: "ok" });
    const url = await giveCode(c, oauthHelpers, request, person, pending, upstream);
    headers.set("Location", url);
    return new Response(null, { status: 302, headers });
  });

  function failed(
    c: Context<LoginEnv>,
    failure: SignInFailure,
    request: AuthRequest,
    headers: Headers,
  ) {
    record(c, { kind: "sign_in", clientId: request.clientId, ...failedSignIn(failure) });
    const { url, explained } = refuseSignIn(c, failure, request, headers);
    if (explained !== undefined) return explained;
    headers.set("Location", url);
    return new Response(null, { status: 302, headers });
  }

  function expired(c: Context<LoginEnv>) {
    return page(c, <ErrorPage serverName={serverName} {...pageExpired} />, { status: 400 });
  }

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
