import type * as oauth from "oauth4webapi";
import * as z from "zod";
import { secureUrl } from "../config/variables";
import { HTTP_TIMEOUT_MS, jsonAnswer } from "./provider-answer";
import { loggedUrl, misconfigured } from "./provider-failure";
import { providerValue } from "./provider-value";

/** Short, because an endpoint that moved stops every sign-in until it is read again. */
const FRESH_MS = 5 * 60 * 1_000;
/** Endpoints rarely move: a provider with metadata that cannot be read for a while can still be used. */
const STALE_MS = 24 * 60 * 60 * 1_000;
const MAX_REDIRECTS = 3;

const texts = z.array(z.string()).optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);
const endpoint = secureUrl.optional().catch(undefined);

/** What of OpenID Connect Discovery, section 3, RFC 9126, section 5, and RFC 9207 is used here. */
const metadataSchema = z.object({
  issuer: z.string().min(1),
  authorization_endpoint: secureUrl,
  token_endpoint: secureUrl,
  jwks_uri: secureUrl,
  userinfo_endpoint: endpoint,
  pushed_authorization_request_endpoint: endpoint,
  require_pushed_authorization_requests: flag,
  token_endpoint_auth_methods_supported: texts,
  token_endpoint_auth_signing_alg_values_supported: texts,
  response_modes_supported: texts,
  authorization_response_iss_parameter_supported: flag,
});
export type OpenIdMetadata = z.infer<typeof metadataSchema>;

/** The part that oauth4webapi reads, in which no member is there and undefined. */
export function serverOf(metadata: OpenIdMetadata): oauth.AuthorizationServer {
  const { issuer, authorization_endpoint, token_endpoint } = metadata;
  const pushed = metadata.pushed_authorization_request_endpoint;
  const methods = metadata.token_endpoint_auth_methods_supported;
  const algorithms = metadata.token_endpoint_auth_signing_alg_values_supported;
  const sendsIssuer = metadata.authorization_response_iss_parameter_supported;
  return {
    ...{ issuer, authorization_endpoint, token_endpoint },
    ...(pushed !== undefined && { pushed_authorization_request_endpoint: pushed }),
    ...(methods !== undefined && { token_endpoint_auth_methods_supported: methods }),
    ...(algorithms !== undefined && {
      token_endpoint_auth_signing_alg_values_supported: algorithms,
    }),
    ...(sendsIssuer !== undefined && {
      authorization_response_iss_parameter_supported: sendsIssuer,
    }),
  };
}

export type OpenIdDiscovery = {
  /** @throws IdentityProviderError which says what was wrong when it was last read. */
  get(): Promise<OpenIdMetadata>;
};

/** It is public, so all of an isolate share it; only the issuers of the configuration are in it. */
const known = new Map<string, OpenIdDiscovery>();

/**
 * What an OpenID provider says of itself (OpenID Connect Discovery, section 4).
 *
 * @param issuer as the operator writes it. The document has to name the same, but for a slash at its end,
 *   which the document's address does not show either; the document's spelling counts from then on.
 * @param address of the document, where it is not at the issuer's.
 */
export function openIdDiscovery(
  issuer: string,
  address = `${withoutSlash(issuer)}/.well-known/openid-configuration`,
): OpenIdDiscovery {
  const key = `${issuer} ${address}`;
  const discovery = known.get(key) ?? keptDiscovery(issuer, address);
  known.set(key, discovery);
  return discovery;
}

function keptDiscovery(issuer: string, address: string): OpenIdDiscovery {
  return providerValue(address, {
    freshMs: FRESH_MS,
    staleMs: STALE_MS,
    load: () => readMetadata(issuer, address),
  });
}

async function readMetadata(issuer: string, address: string): Promise<OpenIdMetadata> {
  const parsed = metadataSchema.safeParse(await jsonAnswer(await follow(address), address));
  const facts = { endpoint: loggedUrl(address) };
  if (!parsed.success) {
    const missing = parsed.error.issues.map(({ path }) => String(path[0])).join(", ");
    throw misconfigured("The discovery document cannot be used", {
      ...facts,
      expected: `an https address or text for ${missing}`,
    });
  }
  if (!isSameIssuer(parsed.data.issuer, issuer)) {
    throw misconfigured("The discovery document is of another issuer", {
      ...facts,
      expected: loggedUrl(issuer),
      received: loggedUrl(parsed.data.issuer),
      advice: "set OIDC_ISSUER to the issuer as the document has it",
    });
  }
  return parsed.data;
}

/**
 * Reads the document, and where it has moved. Whoever answers at the issuer's address says where; what is
 * found there has to name the issuer like any other.
 */
async function follow(address: string): Promise<Response> {
  const signal = AbortSignal.timeout(HTTP_TIMEOUT_MS);
  let next = address;
  for (let redirects = 0; ; redirects++) {
    const headers = { accept: "application/json" };
    const response = await fetch(next, { headers, redirect: "manual", signal });
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    next = new URL(location, next).href;
    if (redirects === MAX_REDIRECTS || !secureUrl.safeParse(next).success) {
      throw misconfigured("The discovery document's address redirects to no end, or to http", {
        endpoint: loggedUrl(address),
        received: loggedUrl(next),
      });
    }
  }
}

/** Whether two issuers differ in nothing but a slash at the end. */
export function isSameIssuer(one: string, other: string): boolean {
  return withoutSlash(one) === withoutSlash(other);
}

function withoutSlash(issuer: string): string {
  return issuer.replace(/\/$/, "");
}
