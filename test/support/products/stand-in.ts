import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { decodeJwt } from "jose";
import { newSigningKey, publicKeySet, signWith } from "../../../dev/local-servers/signing-keys.ts";
import { bodyOf, listen } from "../loopback-server.ts";
import type { Asked, Product } from "./product.ts";

export const CLIENT = { id: "gatehouse", secret: "secret-of-gatehouse" };
const LIFETIME_SECONDS = 3_600;

type Issued = { asked: Asked; refreshToken: string | undefined };
type Told = { error: string; description: string };

/**
 * A server that behaves as a product's documentation says: its authorization server at `issuerPath`, and at /api the
 * person's API, which takes its tokens. At /other is an API that takes tokens for another.
 */
export async function startStandIn(product: Product, issuerPath: string) {
  const keys = { keys: [newSigningKey()] };
  const codes = new Map<string, Asked>();
  const refreshTokens = new Map<string, Asked>();
  const opaque = new Map<string, readonly string[]>();
  const calls: string[] = [];

  const server = createServer(async (request, response) => {
    const json = (status: number, value: unknown, headers: Record<string, string> = {}) =>
      response
        .writeHead(status, { "content-type": "application/json", ...headers })
        .end(JSON.stringify(value));
    const refuse = ({ error, description }: Told, status = 400) =>
      json(status, { error, error_description: description });
    const url = new URL(request.url ?? "/", running.origin);
    const issuer = `${running.origin}${issuerPath}`;
    const at = (path: string) => `${issuer.replace(/\/$/, "")}/${path}`;

    async function tokens({ asked, refreshToken }: Issued, isSignIn: boolean) {
      const token = product.accessToken(asked, issuer);
      const accessToken = token.opaque
        ? `opaque-${crypto.randomUUID()}`
        : await jwt(issuer, token.claims);
      if (token.opaque) opaque.set(accessToken, token.goodAt);
      const claims = { aud: CLIENT.id, nonce: asked.query.get("nonce"), ...product.idToken };
      json(200, {
        access_token: accessToken,
        token_type: "Bearer",
        expires_in: LIFETIME_SECONDS,
        scope: asked.scopes.join(" "),
        ...(refreshToken !== undefined && { refresh_token: refreshToken }),
        id_token: await jwt(issuer, isSignIn ? claims : { aud: CLIENT.id }, "JWT"),
      });
    }

    function newRefreshToken(asked: Asked): string {
      const token = `refresh-${crypto.randomUUID()}`;
      refreshTokens.set(token, asked);
      return token;
    }

    async function answerToken(form: URLSearchParams) {
      const basic = `Basic ${btoa(`${CLIENT.id}:${CLIENT.secret}`)}`;
      const isClient =
        request.headers.authorization === basic || form.get("client_secret") === CLIENT.secret;
      if (!isClient) return refuse({ error: "invalid_client", description: "" }, 401);
      switch (form.get("grant_type")) {
        case "authorization_code": {
          const asked = codes.get(form.get("code") ?? "");
          codes.delete(form.get("code") ?? "");
          const verifier = createHash("sha256").update(form.get("code_verifier") ?? "");
          if (asked?.query.get("code_challenge") !== verifier.digest("base64url")) {
            return refuse({ error: "invalid_grant", description: "The code is not good" });
          }
          const refreshToken = product.hasRefreshToken(asked) ? newRefreshToken(asked) : undefined;
          return tokens({ asked, refreshToken }, true);
        }
        case "refresh_token": {
          const before = form.get("refresh_token") ?? "";
          const asked = refreshTokens.get(before);
          if (asked === undefined) {
            return refuse({ error: "invalid_grant", description: "Unknown refresh token" });
          }
          if (!product.rotates) return tokens({ asked, refreshToken: undefined }, false);
          refreshTokens.delete(before);
          return tokens({ asked, refreshToken: newRefreshToken(asked) }, false);
        }
        default: {
          const subject = decodeJwt(form.get("subject_token") ?? form.get("assertion") ?? "");
          const answer = product.exchange?.(form, subject);
          if (answer === undefined || "error" in answer) {
            return refuse(answer ?? { error: "unsupported_grant_type", description: "" });
          }
          json(200, {
            access_token: await jwt(issuer, answer.claims),
            issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
            token_type: "Bearer",
            expires_in: LIFETIME_SECONDS,
          });
        }
      }
    }

    /** Whether a bearer token is good for this audience. */
    function isGoodFor(audience: string): boolean {
      const token = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
      const goodAt =
        opaque.get(token) ?? (token.startsWith("ey") ? [decodeJwt(token).aud].flat() : []);
      return goodAt.includes(audience);
    }

    switch (url.pathname) {
      case new URL(at(".well-known/openid-configuration")).pathname:
        return json(200, {
          issuer,
          authorization_endpoint: at("authorize"),
          token_endpoint: at("token"),
          jwks_uri: at("keys"),
          userinfo_endpoint: at("userinfo"),
          token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
        });
      case new URL(at("keys")).pathname:
        return json(200, publicKeySet(keys));
      case new URL(at("authorize")).pathname: {
        const query = url.searchParams;
        const asked = { query, scopes: (query.get("scope") ?? "").split(" ") };
        const refusal = product.refusal(asked);
        const back = new URL(query.get("redirect_uri") ?? "");
        back.searchParams.set("state", query.get("state") ?? "");
        if (refusal === undefined) {
          const code = crypto.randomUUID();
          codes.set(code, asked);
          back.searchParams.set("code", code);
        } else {
          back.searchParams.set("error", refusal.error);
          back.searchParams.set("error_description", refusal.description);
        }
        return response.writeHead(302, { location: back.href }).end();
      }
      case new URL(at("token")).pathname:
        return answerToken(new URLSearchParams(await bodyOf(request)));
      case new URL(at("userinfo")).pathname:
        return product.userInfo === undefined
          ? json(401, {}, { "www-authenticate": 'Bearer error="invalid_token"' })
          : json(200, { sub: "alice", ...product.userInfo });
      case "/api/me":
      case "/other/me": {
        calls.push(request.headers.authorization ?? "");
        const audience = url.pathname === "/api/me" ? product.apiAudience : "another";
        return isGoodFor(audience)
          ? json(200, { person: "alice" })
          : json(401, {}, { "www-authenticate": 'Bearer realm="api", error="invalid_token"' });
      }
      default:
        return response.writeHead(404).end();
    }
  });

  const jwt = (issuer: string, claims: Record<string, unknown>, typ = "at+jwt") => {
    const now = Math.floor(Date.now() / 1_000);
    const times = { iat: now, nbf: now, exp: now + LIFETIME_SECONDS, jti: crypto.randomUUID() };
    return signWith(keys, { iss: issuer, sub: "alice", ...times, ...claims }, { typ });
  };
  const running = await listen(server);
  return { ...running, /** The Authorization header of each call of an API. */ calls };
}
