/** What a product's authorization endpoint was asked. */
export type Asked = {
  readonly query: URLSearchParams;
  readonly scopes: readonly string[];
};

/** An access token: what only the product can read, or the claims of a JWT. */
export type AccessToken =
  | { readonly opaque: true; readonly goodAt: readonly string[] }
  | { readonly opaque: false; readonly claims: Record<string, unknown> };

/** How one product differs from the others, by its documentation. `http://…` stands for its own host. */
export type Product = {
  /** The heading in docs/call-your-api.md. */
  readonly name: string;
  /** The error that its authorization endpoint answers with; undefined when it has nothing against the request. */
  refusal(asked: Asked): { error: string; description: string } | undefined;
  /** @param issuer of the stand-in. */
  accessToken(asked: Asked, issuer: string): AccessToken;
  hasRefreshToken(asked: Asked): boolean;
  /** Whether a refresh brings another refresh token, and ends the one of before. */
  readonly rotates: boolean;
  /** What the ID token says besides who, for whom and when. */
  readonly idToken: Record<string, unknown>;
  /** What the userinfo endpoint says; undefined where it refuses tokens that are for an API. */
  readonly userInfo: Record<string, unknown> | undefined;
  /** The audience that the person's API wants in a JWT; an opaque token says where it is good. */
  readonly apiAudience: string;
  /** Answers to a grant that exchanges; undefined where the product is not asked for one here. */
  readonly exchange?: (
    form: URLSearchParams,
    subject: Record<string, unknown>,
  ) => { error: string; description: string } | { claims: Record<string, unknown> };
};

const scopeClaim = ({ scopes }: Asked) => ({ scope: scopes.join(" ") });

/**
 * https://auth0.com/docs/secure/tokens/access-tokens/get-access-tokens: without `audience` the token is opaque and
 * for userinfo; with it and `openid`, a JWT for both.
 * https://auth0.com/docs/secure/tokens/refresh-tokens/get-refresh-tokens: only with `offline_access`.
 */
const auth0: Product = {
  name: "Auth0",
  refusal({ query }) {
    const audience = query.get("audience") ?? "https://api.example.com";
    return audience === "https://api.example.com"
      ? undefined
      : { error: "access_denied", description: `Service not found: ${audience}` };
  },
  accessToken(asked, issuer) {
    const audience = asked.query.get("audience");
    const userInfo = `${issuer}userinfo`;
    if (audience === null) return { opaque: true, goodAt: [userInfo] };
    return { opaque: false, claims: { aud: [audience, userInfo], ...scopeClaim(asked) } };
  },
  hasRefreshToken: ({ scopes }) => scopes.includes("offline_access"),
  rotates: true,
  idToken: { name: "Alice Example", email: "alice@example.com", email_verified: true },
  userInfo: { name: "Alice Example" },
  apiAudience: "https://api.example.com",
};

/**
 * https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/: a custom authorization server has one audience,
 * the scopes of its tokens are in `scp`, and an ID token that comes with an access token has the profile only at userinfo.
 * Scopes that nobody defined are `invalid_scope`.
 */
const okta: Product = {
  name: "Okta",
  refusal({ scopes }) {
    const known = ["openid", "profile", "email", "offline_access", "tickets.read"];
    const others = scopes.filter((scope) => !known.includes(scope));
    return others.length === 0
      ? undefined
      : {
          error: "invalid_scope",
          description:
            "One or more scopes are not configured for the authorization server resource.",
        };
  },
  accessToken: ({ scopes }) => ({
    opaque: false,
    claims: { aud: "api://default", scp: scopes, cid: "gatehouse" },
  }),
  hasRefreshToken: ({ scopes }) => scopes.includes("offline_access"),
  rotates: false,
  idToken: { preferred_username: "alice@example.com" },
  userInfo: { name: "Alice Example", email: "alice@example.com", email_verified: true },
  apiAudience: "api://default",
};

const IDENTITY = ["openid", "profile", "email", "offline_access"];
const resourceOf = (scope: string) => scope.replace(/\/[^/]*$/, "");

/**
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow: the scope names the API, one for each token
 * (AADSTS28000), and `resource` is refused (AADSTS901002). A version 2 token is for the API's client id
 * (access-token-claims-reference), userinfo takes tokens of Graph alone (v2-protocols-oidc), and on behalf of a person only
 * a token is exchanged that is for whoever asks (v2-oauth2-on-behalf-of-flow).
 */
const entra: Product = {
  name: "Microsoft Entra",
  refusal({ query, scopes }) {
    if (query.has("resource") || query.has("audience")) {
      return {
        error: "invalid_request",
        description: "AADSTS901002: The 'resource' request parameter is not supported.",
      };
    }
    const resources = new Set(scopes.filter((one) => !IDENTITY.includes(one)).map(resourceOf));
    return resources.size <= 1
      ? undefined
      : {
          error: "invalid_request",
          description: "AADSTS28000: it contains more than one resource",
        };
  },
  accessToken({ scopes }) {
    const wanted = scopes.filter((scope) => !IDENTITY.includes(scope));
    const [first] = wanted;
    if (first === undefined) return { opaque: true, goodAt: ["graph"] };
    const scp = wanted.map((scope) => scope.slice(resourceOf(scope).length + 1)).join(" ");
    return {
      opaque: false,
      claims: { aud: resourceOf(first).replace("api://", ""), scp, ver: "2.0" },
    };
  },
  hasRefreshToken: ({ scopes }) => scopes.includes("offline_access"),
  rotates: false,
  idToken: { name: "Alice Example", preferred_username: "alice@example.com" },
  userInfo: undefined,
  apiAudience: "the-apis-client-id",
  exchange(form, subject) {
    const scopes = (form.get("scope") ?? "").split(" ");
    const [scope = ""] = scopes;
    if (form.get("requested_token_use") !== "on_behalf_of" || form.has("resource")) {
      return { error: "invalid_request", description: "AADSTS901002" };
    }
    if (subject.aud !== "this-servers-client-id") {
      return { error: "invalid_grant", description: "AADSTS500131: Assertion audience" };
    }
    return { claims: { aud: resourceOf(scope).replace("api://", ""), scp: "tickets.read" } };
  },
};

/**
 * https://www.keycloak.org/docs/latest/server_admin/#audience-support: a client scope brings the audience. Scopes that the
 * client does not have are `invalid_scope`. https://www.keycloak.org/securing-apps/token-exchange: standard token exchange
 * takes access tokens, of clients that are their audience or got them, and knows an API by `audience`.
 */
const keycloak: Product = {
  name: "Keycloak",
  refusal({ scopes }) {
    const known = [...IDENTITY, "tickets"];
    return scopes.every((scope) => known.includes(scope))
      ? undefined
      : { error: "invalid_scope", description: `Invalid scopes: ${scopes.join(" ")}` };
  },
  accessToken: (asked) => ({
    opaque: false,
    claims: {
      ...(asked.scopes.includes("tickets") && { aud: "tickets-api" }),
      ...{ azp: "gatehouse", typ: "Bearer", ...scopeClaim(asked) },
    },
  }),
  hasRefreshToken: () => true,
  rotates: true,
  idToken: { name: "Alice Example", email: "alice@example.com", email_verified: true },
  userInfo: { name: "Alice Example" },
  apiAudience: "tickets-api",
  exchange(form, subject) {
    const type = form.get("subject_token_type");
    if (type !== "urn:ietf:params:oauth:token-type:access_token") {
      return {
        error: "invalid_request",
        description: "Parameter 'subject_token' supports access tokens",
      };
    }
    if (subject.azp !== "gatehouse") {
      return { error: "access_denied", description: "Client is not within the token audience" };
    }
    return form.get("audience") === "tickets-api"
      ? { claims: { aud: "tickets-api", scope: form.get("scope") } }
      : { error: "invalid_request", description: `Audience not found: ${form.get("audience")}` };
  },
};

const CALENDAR = "https://www.googleapis.com/auth/calendar.readonly";

/**
 * https://developers.google.com/identity/protocols/oauth2/web-server: tokens are opaque and good for the APIs of their
 * scopes; a refresh token comes with `access_type=offline`, and again only with `prompt=consent`; a refresh brings none.
 * Scopes that Google does not know, such as `offline_access`, are `invalid_scope`.
 */
const google: Product = {
  name: "Google",
  refusal({ scopes }) {
    const known = ["openid", "profile", "email", CALENDAR];
    const others = scopes.filter((scope) => !known.includes(scope));
    return others.length === 0
      ? undefined
      : { error: "invalid_scope", description: `Some requested scopes were invalid: ${others}` };
  },
  accessToken: ({ scopes }) => ({
    opaque: true,
    goodAt: ["userinfo", ...(scopes.includes(CALENDAR) ? ["calendar"] : [])],
  }),
  // The person has allowed this server before.
  hasRefreshToken: ({ query }) =>
    query.get("access_type") === "offline" && query.get("prompt") === "consent",
  rotates: false,
  idToken: {
    name: "Alice Example",
    email: "alice@example.com",
    email_verified: true,
    hd: "example.com",
  },
  userInfo: { name: "Alice Example" },
  apiAudience: "calendar",
};

export const products: readonly Product[] = [auth0, okta, entra, keycloak, google];
