/// <reference path="../oidc-provider.d.ts" />

import type { JSONWebKeySet } from "jose";
import { type Context, errors } from "oidc-provider";
import * as z from "zod";
import { findPerson, type Person } from "../local-servers/people.ts";
import type { UpstreamResource } from "./authorization-server-config.ts";
import { readSubjectToken } from "./subject-token.ts";

export const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
/** What oidc-provider records about exchanged tokens. */
export const EXCHANGED = "token_exchange";
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
const TTL_SECONDS = 300;

const parametersSchema = z.object({
  subject_token: z.string(),
  subject_token_type: z.literal(ACCESS_TOKEN),
  requested_token_type: z.literal(ACCESS_TOKEN).optional(),
  // The actor is the client that authenticates, and nobody else.
  actor_token: z.undefined(),
  actor_token_type: z.undefined(),
  resource: z.string().optional(),
  audience: z.string().optional(),
  scope: z.string().optional(),
});
type Parameters = z.infer<typeof parametersSchema>;

export const tokenExchangeParameters = Object.keys(parametersSchema.shape);

export type TokenExchangeOptions = {
  /** The keys that this server signs with, as they are now. */
  publicKeys: () => JSONWebKeySet;
  /** The resources with a server that may exchange the tokens it gets. */
  mcpResources: readonly string[];
  apis: readonly UpstreamResource[];
  /** Whether a person has allowed Gatehouse to use the APIs for them. */
  isLinked: (person: Person) => boolean;
  /** Where a person can allow it. */
  linkPage: string;
};

/**
 * Token exchange (RFC 8693): Gatehouse presents an MCP client's token, and gets one for an upstream API,
 * for the same person.
 *
 * An invalid subject token is `invalid_grant`, as on many servers, where section 2.2.2 says
 * `invalid_request`: the person can fix it, and only this error says so.
 */
export function tokenExchangeGrant(options: TokenExchangeOptions) {
  const { apis, isLinked, linkPage } = options;
  return async (ctx: Context): Promise<void> => {
    const { client, provider } = ctx.oidc;
    const parameters = parametersOf(ctx);
    const api = targetOf(parameters, apis);
    const { person, scopes: allowed } = await subjectOf(ctx, options, parameters.subject_token);
    if (!isLinked(person)) {
      ctx.status = 400;
      ctx.body = {
        error: "interaction_required",
        error_description: `${person.name} has not linked ${api.name}`,
        error_uri: linkPage,
      };
      return;
    }
    const scope = narrowed(parameters.scope?.split(" ") ?? api.scopes, api, allowed);
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

function parametersOf({ oidc }: Context): Parameters {
  const parsed = parametersSchema.safeParse(oidc.params);
  if (parsed.success) return parsed.data;
  const names = parsed.error.issues.map(({ path }) => path.join("."));
  throw refusal("invalid_request", `Only access tokens are exchanged: see ${names.join(", ")}`);
}

function targetOf(
  { resource, audience }: Parameters,
  apis: readonly UpstreamResource[],
): UpstreamResource {
  const targets = [resource, audience].filter((target) => target !== undefined);
  const found = apis.find((api) => targets.every((target) => target === api.resource));
  if (targets.length > 0 && found !== undefined) return found;
  const names = apis.map(({ name }) => name).join(" and ") || "no API";
  throw refusal("invalid_target", `Tokens are exchanged for ${names} only`);
}

async function subjectOf(
  { oidc: { provider } }: Context,
  { publicKeys, mcpResources }: TokenExchangeOptions,
  token: string,
): Promise<{ person: Person; scopes: readonly string[] }> {
  const subject = await readSubjectToken(provider, publicKeys(), token);
  const person = findPerson(subject?.accountId ?? "");
  // The requesting client must never have received a token for another resource: it was stolen or mixed up.
  const isOurs = subject?.audience.some((resource) => mcpResources.includes(resource));
  if (subject === undefined || person === undefined || !isOurs) {
    throw refusal("invalid_grant", "The subject_token is not good, or no longer");
  }
  return { person, scopes: subject.scopes };
}

/** The requested scopes that the person gave the MCP client. */
function narrowed(
  asked: readonly string[],
  { name, scopes }: UpstreamResource,
  allowed: readonly string[],
): string {
  const unknown = asked.filter((scope) => !scopes.includes(scope));
  if (unknown.length > 0) {
    throw refusal("invalid_scope", `There is no scope ${unknown.join(" ")} of ${name}`);
  }
  const granted = asked.filter((scope) => allowed.includes(scope));
  if (granted.length === 0) {
    throw refusal("invalid_scope", `The subject_token allows none of ${asked.join(" ")}`);
  }
  return granted.join(" ");
}

function refusal(error: string, description: string): Error {
  return new errors.CustomOIDCProviderError(error, description);
}
