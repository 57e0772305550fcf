/// <reference path="../oidc-provider.d.ts" />

import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { type Context, errors, type Provider } from "oidc-provider";
import * as z from "zod";
import { type ProtectedApi, resourceServer } from "./protected-apis.ts";

const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const TYPE = "urn:ietf:params:oauth:token-type:";

export const EXCHANGE_GRANTS = [TOKEN_EXCHANGE, JWT_BEARER];

const exchangeSchema = z.object({
  subject_token: z.string(),
  subject_token_type: z.enum([`${TYPE}access_token`, `${TYPE}id_token`]),
  requested_token_type: z.literal(`${TYPE}access_token`).optional(),
  resource: z.string(),
  scope: z.string().optional(),
});

/** Entra has a scope name the API: `<resource>/.default`. */
const onBehalfOfSchema = z.object({
  assertion: z.string(),
  requested_token_use: z.literal("on_behalf_of"),
  resource: z.undefined(),
  scope: z.string().regex(/^.+\/\.default$/),
});

/**
 * Adds both ways to exchange a token of a sign-in for one of an API: token exchange (RFC 8693), and Entra's on
 * behalf of a person. The token has to be of the client that asks, or for one of the APIs.
 */
export function addExchangeGrants(
  provider: Provider,
  apis: readonly ProtectedApi[],
  keys: JSONWebKeySet,
): void {
  const keySet = createLocalJWKSet(keys);

  async function issue(
    ctx: Context,
    subject: { token: string; typ: "JWT" | "at+jwt" },
    resource: string,
    asked: string | undefined,
  ) {
    const { client } = ctx.oidc;
    const audience = subject.typ === "JWT" ? [client.clientId] : apis.map((api) => api.resource);
    const verified = await jwtVerify(subject.token, keySet, {
      issuer: provider.issuer,
      audience,
      requiredClaims: ["exp", "sub"],
    }).catch(() => undefined);
    // An ID token says no type, or that of any JWT.
    const typ = verified?.protectedHeader.typ ?? "JWT";
    // A sign-in that names no API brings a token which only says what it is here.
    const opaque =
      subject.typ === "at+jwt" ? await provider.AccessToken.find(subject.token) : undefined;
    const accountId =
      verified !== undefined && typ === subject.typ
        ? verified.payload.sub
        : opaque?.isValid && opaque.clientId === client.clientId
          ? opaque.accountId
          : undefined;
    if (accountId === undefined) {
      throw new errors.CustomOIDCProviderError("invalid_grant", "The token is not good");
    }
    const info = resourceServer(apis, resource);
    const scope = asked ?? info.scope;
    const token = new provider.AccessToken({
      client,
      accountId,
      scope,
      gty: "exchange",
      expiresIn: info.accessTokenTTL,
    });
    token.resourceServer = new provider.ResourceServer(resource, info);
    ctx.body = {
      access_token: await token.save(),
      issued_token_type: `${TYPE}access_token`,
      token_type: "Bearer",
      expires_in: info.accessTokenTTL,
      scope,
    };
  }

  const parsed = <Parameters>(schema: z.ZodType<Parameters>, { oidc }: Context): Parameters => {
    const result = schema.safeParse(oidc.params);
    if (result.success) return result.data;
    const names = result.error.issues.map(({ path }) => path.join("."));
    throw new errors.CustomOIDCProviderError("invalid_request", `See ${names.join(", ")}`);
  };

  const register = (name: string, schema: z.ZodObject, handle: (ctx: Context) => Promise<void>) =>
    provider.registerGrantType(name, handle, Object.keys(schema.shape));

  register(TOKEN_EXCHANGE, exchangeSchema, (ctx) => {
    const {
      subject_token: token,
      subject_token_type: type,
      ...asked
    } = parsed(exchangeSchema, ctx);
    const typ = type.endsWith("id_token") ? "JWT" : "at+jwt";
    return issue(ctx, { token, typ }, asked.resource, asked.scope);
  });
  register(JWT_BEARER, onBehalfOfSchema, (ctx) => {
    const { assertion: token, scope } = parsed(onBehalfOfSchema, ctx);
    return issue(ctx, { token, typ: "at+jwt" }, scope.replace(/\/\.default$/, ""), undefined);
  });
}
