/// <reference path="./oidc-provider.d.ts" />

import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { type Context, errors } from "oidc-provider";
import type { Person } from "./people.ts";
import { findPerson } from "./people.ts";

export const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
/** What oidc-provider notes of tokens that were got so. */
export const EXCHANGED = "token_exchange";
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
const TTL_SECONDS = 300;

export const tokenExchangeParameters = [
  ...["subject_token", "subject_token_type", "requested_token_type"],
  ...["resource", "audience", "scope", "actor_token", "actor_token_type"],
];

export type TokenExchangeOptions = {
  issuer: string;
  /** The keys that this server signs with, as they are now. */
  publicKeys: () => JSONWebKeySet;
  /** The resources whose server may exchange the tokens it gets. */
  mcpResources: readonly string[];
  api: { resource: string; scopes: readonly string[] };
  /** Whether a person has allowed Gatehouse to use the API for them. */
  isLinked: (person: Person) => boolean;
  /** Where a person can allow it. */
  linkPage: string;
};

/**
 * Token exchange (RFC 8693): Gatehouse gives a token that an MCP client showed it, and gets one for
 * the upstream API, of the same person.
 */
export function tokenExchangeGrant(options: TokenExchangeOptions) {
  const { mcpResources, api, isLinked, linkPage } = options;
  return async (ctx: Context): Promise<void> => {
    const { params, client, provider } = ctx.oidc;
    const asked = (name: string) => textIn(params, name);
    if (asked("subject_token_type") !== ACCESS_TOKEN || asked("actor_token") !== undefined) {
      throw new errors.InvalidRequest("only a subject_token that is an access token is exchanged");
    }
    const target = asked("resource") ?? asked("audience");
    if (target !== api.resource) throw new errors.InvalidTarget("there is no such API");

    const subject = await subjectOf(ctx, options, asked("subject_token") ?? "");
    const person = findPerson(subject?.sub ?? "");
    if (!subject || !person || !mcpResources.some((own) => subject.audience.includes(own))) {
      throw new errors.InvalidGrant("the subject_token is not good");
    }
    if (!isLinked(person)) {
      ctx.status = 400;
      ctx.body = {
        error: "interaction_required",
        error_description: `${person.name} has not linked the orders API`,
        error_uri: linkPage,
      };
      return;
    }
    const wanted = asked("scope")?.split(" ") ?? api.scopes;
    if (wanted.some((scope) => !api.scopes.includes(scope))) {
      throw new errors.InvalidScope("the API has no such scope", wanted.join(" "));
    }
    // Never more than what the person gave the client.
    const scope = wanted.filter((name) => subject.scopes.includes(name)).join(" ");
    const token = new provider.AccessToken({
      client,
      accountId: person.sub,
      scope,
      gty: EXCHANGED,
      expiresIn: TTL_SECONDS,
    });
    token.resourceServer = new provider.ResourceServer(api.resource, {
      scope: api.scopes.join(" "),
      audience: api.resource,
      accessTokenFormat: "jwt",
      accessTokenTTL: TTL_SECONDS,
      jwt: { sign: { alg: "RS256" } },
    });
    ctx.body = {
      access_token: await token.save(),
      issued_token_type: ACCESS_TOKEN,
      token_type: "Bearer",
      expires_in: TTL_SECONDS,
      scope,
    };
  };
}

type Subject = { sub: string; audience: readonly string[]; scopes: readonly string[] };

/** Whom a token is of: one that is kept here, or a JWT, which only its signature vouches for. */
async function subjectOf(
  ctx: Context,
  { issuer, publicKeys }: TokenExchangeOptions,
  token: string,
): Promise<Subject | undefined> {
  const kept = await ctx.oidc.provider.AccessToken.find(token);
  if (kept !== undefined) {
    return {
      sub: kept.accountId ?? "",
      audience: [kept.aud ?? []].flat(),
      scopes: [...kept.scopes],
    };
  }
  try {
    const keys = createLocalJWKSet(publicKeys());
    const { payload } = await jwtVerify(token, keys, { issuer, typ: "at+jwt" });
    const { sub = "", aud = [], scope } = payload;
    const scopes = typeof scope === "string" ? scope.split(" ") : [];
    return { sub, audience: [aud].flat(), scopes };
  } catch {
    return undefined;
  }
}

function textIn(params: Record<string, unknown>, name: string): string | undefined {
  const value = params[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}
