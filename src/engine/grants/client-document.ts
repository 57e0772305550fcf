import * as z from "zod";
import { presentMembers } from "./present-members";

/** What this server can do of what a document may offer; its metadata (RFC 8414) says the same. */
const GRANT_TYPES = ["authorization_code", "refresh_token"];
const ALGORITHMS = ["RS256", "ES256"] as const;
/** In the order of preference. */
const METHODS = ["none", "private_key_jwt"];

/** RFC 7518, section 6: what a published key must not have. */
const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

const UNSAFE_REDIRECT = /^\s*(javascript|data|vbscript|file|mailto|blob):|\p{Cc}/iu;

const keySchema = z
  .looseObject({ kty: z.string() })
  .refine((key) => !PRIVATE_MEMBERS.some((member) => Object.hasOwn(key, member)));
export const keySetSchema = z.object({ keys: z.array(keySchema) });
export type KeySet = z.infer<typeof keySetSchema>;

const strings = z.array(z.string());

/** The metadata (RFC 7591, section 2) that counts here. */
const documentSchema = z.object({
  client_id: z.string(),
  client_name: z.string().refine((name) => name.trim() !== ""),
  redirect_uris: z.array(z.string().refine((uri) => !UNSAFE_REDIRECT.test(uri))).min(1),
  grant_types: strings.default(["authorization_code"]),
  response_types: strings.default(["code"]),
  token_endpoint_auth_method: z.string().optional(),
  token_endpoint_auth_methods_supported: strings.optional(),
  token_endpoint_auth_signing_alg: z.string().optional(),
  token_endpoint_auth_signing_alg_values_supported: strings.optional(),
  jwks: keySetSchema.optional(),
  jwks_uri: z
    .url({ protocol: /^https$/ })
    .refine((uri) => !uri.includes("#") && new URL(uri).username === "")
    .optional(),
  // A document is for all to read.
  client_secret: z.undefined().optional(),
  client_secret_expires_at: z.undefined().optional(),
});
type ClientDocument = z.infer<typeof documentSchema>;

/** Keys that a client's assertions are proven by (RFC 7523): published, or where they are. */
export type AssertionKeys = {
  readonly algorithms: readonly string[];
  readonly jwks?: KeySet;
  readonly jwksUri?: string;
};

/** A client as workers-oauth-provider keeps one. */
export type DocumentClient = {
  readonly clientId: string;
  readonly clientName: string;
  readonly redirectUris: readonly string[];
  readonly grantTypes: readonly string[];
  readonly responseTypes: readonly string[];
  readonly tokenEndpointAuthMethod: string;
  readonly tokenEndpointAuthMethods: readonly string[];
  readonly clientAssertionKeys?: AssertionKeys;
};

/**
 * Reads a client ID metadata document. What it offers beside what this server can do is left out; what
 * this server needs and it lacks makes it useless.
 *
 * @param url where it was found, which must be the `client_id` in it.
 * @returns undefined for what is no such document.
 */
export function documentClient(url: string, value: unknown): DocumentClient | undefined {
  const document = documentSchema.safeParse(presentMembers(value)).data;
  if (document === undefined || document.client_id !== url) return undefined;
  const keys = assertionKeysOf(document);
  const methods = methodsOf(document, keys !== undefined);
  const [method] = methods;
  const grantTypes = GRANT_TYPES.filter((type) => document.grant_types.includes(type));
  const usesCodes =
    grantTypes.includes("authorization_code") && document.response_types.includes("code");
  if (method === undefined || !usesCodes) return undefined;
  return {
    clientId: url,
    clientName: document.client_name,
    redirectUris: document.redirect_uris,
    grantTypes,
    responseTypes: ["code"],
    tokenEndpointAuthMethod: method,
    tokenEndpointAuthMethods: methods,
    ...(keys !== undefined && methods.includes("private_key_jwt") && { clientAssertionKeys: keys }),
  };
}

/**
 * Every method that both sides can use: a client that has no registration learns of none, and chooses
 * one itself from this server's metadata.
 */
function methodsOf(document: ClientDocument, hasKeys: boolean): string[] {
  const preferred = document.token_endpoint_auth_method;
  const offered = document.token_endpoint_auth_methods_supported ?? [preferred ?? "none"];
  // A secret that anybody can read is none.
  if (preferred?.startsWith("client_secret_")) return [];
  if (preferred !== undefined && !offered.includes(preferred)) return [];
  const usable = hasKeys ? METHODS : ["none"];
  return usable.filter((method) => offered.includes(method));
}

function assertionKeysOf(document: ClientDocument): AssertionKeys | undefined {
  const { jwks, jwks_uri: jwksUri } = document;
  // RFC 7591, section 2: never both.
  if ((jwks === undefined) === (jwksUri === undefined)) return undefined;
  const one = document.token_endpoint_auth_signing_alg;
  const several = document.token_endpoint_auth_signing_alg_values_supported;
  const algorithms = ALGORITHMS.filter(
    (algorithm) =>
      (one === undefined || one === algorithm) &&
      (several === undefined || several.includes(algorithm)) &&
      (jwks === undefined || jwks.keys.some((key) => isKeyFor(key, algorithm))),
  );
  if (algorithms.length === 0) return undefined;
  return { algorithms, ...(jwks && { jwks }), ...(jwksUri !== undefined && { jwksUri }) };
}

function isKeyFor(key: KeySet["keys"][number], algorithm: (typeof ALGORITHMS)[number]): boolean {
  if (key.use !== undefined && key.use !== "sig") return false;
  if (key.alg !== undefined && key.alg !== algorithm) return false;
  return algorithm === "RS256" ? key.kty === "RSA" : key.kty === "EC" && key.crv === "P-256";
}
