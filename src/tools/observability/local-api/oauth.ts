import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import { pageHeaders } from "../../../../dev/local-servers/local-pages.ts";
import { isPersonId, type PersonId } from "../../../../dev/local-servers/people.ts";
import { consentPage, refusalPage } from "./pages.ts";
import type { Consents, IssuedTokens } from "./state.ts";

export type OAuthOptions = {
  clientId: string;
  redirectUris: readonly string[];
  consents: Consents;
  accessTtlSeconds: number;
};

const SCOPES = [
  ...["user:read", "offline_access", "account:read", "workers:read", "workers_observability:read"],
];
const CODE_TTL_MS = 60_000;

type Asking = { redirectUri: string; state: string; scope: string[]; challenge: string };
type Code = Asking & { person: PersonId; expiresAtMs: number };

/** The OAuth endpoints of dash.cloudflare.com: authorization code with PKCE, for one client. */
export class OAuth {
  readonly #options: OAuthOptions;
  readonly #asking = new Map<string, Asking>();
  readonly #codes = new Map<string, Code>();

  constructor(options: OAuthOptions) {
    this.#options = options;
  }

  /** GET /oauth2/auth: a page to choose a person and allow (RFC 6749, section 4.1.1). */
  ask(parameters: URLSearchParams): Response {
    const { clientId, redirectUris } = this.#options;
    const redirectUri = parameters.get("redirect_uri") ?? "";
    if (parameters.get("client_id") !== clientId) return refusal("invalid_client");
    if (!redirectUris.includes(redirectUri)) {
      return refusal("invalid_request", "The redirect_uri is not one of the client’s.");
    }
    const state = parameters.get("state") ?? "";
    const scope = (parameters.get("scope") ?? "").split(" ").filter((item) => item !== "");
    const challenge = parameters.get("code_challenge") ?? "";
    const asking = { redirectUri, state, scope, challenge };
    if (state.length < 8) return answer(asking, { error: "invalid_state" });
    if (parameters.get("response_type") !== "code") {
      return answer(asking, { error: "unsupported_response_type" });
    }
    if (challenge === "" || parameters.get("code_challenge_method") !== "S256") {
      return answer(asking, { error: "invalid_request", error_description: "PKCE is required" });
    }
    if (!scope.every((item) => SCOPES.includes(item)))
      return answer(asking, { error: "invalid_scope" });
    const id = randomUUID();
    this.#asking.set(id, asking);
    const page = consentPage(`/oauth2/auth/${id}`, new URL(redirectUri).host, scope);
    return new Response(page, { headers: pageHeaders });
  }

  /** POST /oauth2/auth/{id}: what the person decided on that page. */
  decide(id: string, form: URLSearchParams): Response {
    const asking = this.#asking.get(id);
    this.#asking.delete(id);
    if (asking === undefined) return refusal("invalid_request", "This page was used already.");
    const person = form.get("person") ?? "";
    if (!isPersonId(person)) {
      const error_description = "The resource owner denied the request";
      return answer(asking, { error: "access_denied", error_description });
    }
    const code = randomUUID();
    const scope = asking.scope.filter((item) => form.getAll("scope").includes(item));
    this.#codes.set(code, { ...asking, scope, person, expiresAtMs: Date.now() + CODE_TTL_MS });
    return answer(asking, { code, scope: scope.join(" ") });
  }

  /** POST /oauth2/token. */
  token(form: URLSearchParams, authorization: string | undefined): Response {
    if (!this.#isOurClient(authorization)) {
      const headers = { "www-authenticate": "Basic" };
      return tokenError("invalid_client", 401, headers);
    }
    switch (form.get("grant_type")) {
      case "authorization_code":
        return this.#exchangeCode(form);
      case "refresh_token": {
        const issued = this.#options.consents.refresh(form.get("refresh_token") ?? "");
        return issued === undefined
          ? tokenError("invalid_grant")
          : this.#tokens(issued, issued.scope);
      }
      default:
        return tokenError("unsupported_grant_type");
    }
  }

  #exchangeCode(form: URLSearchParams): Response {
    const id = form.get("code") ?? "";
    const code = this.#codes.get(id);
    this.#codes.delete(id);
    const verifier = form.get("code_verifier") ?? "";
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    const isGood =
      code !== undefined &&
      Date.now() < code.expiresAtMs &&
      form.get("redirect_uri") === code.redirectUri &&
      challenge === code.challenge;
    if (!isGood) return tokenError("invalid_grant");
    return this.#tokens(this.#options.consents.allow(code.person, code.scope), code.scope);
  }

  #tokens({ accessToken, refreshToken }: IssuedTokens, scope: readonly string[]): Response {
    return Response.json(
      {
        access_token: accessToken,
        expires_in: this.#options.accessTtlSeconds,
        ...(refreshToken !== undefined && { refresh_token: refreshToken }),
        scope: scope.join(" "),
        token_type: "bearer",
      },
      { headers: { "cache-control": "no-store" } },
    );
  }

  /** client_secret_basic and nothing else; both halves are form-encoded (RFC 6749, section 2.3.1). */
  #isOurClient(authorization = ""): boolean {
    const { clientId, consents } = this.#options;
    const [, encoded = ""] = /^Basic (.+)$/i.exec(authorization) ?? [];
    const [id = "", secret = ""] = Buffer.from(encoded, "base64").toString().split(":");
    const hash = (text: string) => createHash("sha256").update(text).digest();
    return timingSafeEqual(
      hash(`${formDecoded(id)}:${formDecoded(secret)}`),
      hash(`${clientId}:${consents.clientSecret}`),
    );
  }
}

function formDecoded(text: string): string {
  return new URLSearchParams(`of=${text}`).get("of") ?? "";
}

/** Sends the person back to the client. */
function answer({ redirectUri, state }: Asking, parameters: Record<string, string>): Response {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries({ ...parameters, state })) {
    url.searchParams.set(name, value);
  }
  return new Response(null, { status: 303, headers: { location: url.href } });
}

function refusal(error: string, description = "The client is not known here."): Response {
  return new Response(refusalPage(error, description), { status: 400, headers: pageHeaders });
}

function tokenError(error: string, status = 400, headers: Record<string, string> = {}): Response {
  return Response.json({ error }, { status, headers: { ...headers, "cache-control": "no-store" } });
}
