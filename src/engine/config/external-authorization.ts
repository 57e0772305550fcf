import * as z from "zod";
import { type AllowedPeople, allowedPeople } from "./allowed-people.ts";
import { type ClientCredential, parseClientCredential } from "./client-credential.ts";
import {
  commaSeparated,
  list,
  onOff,
  Problems,
  problemsAmong,
  refusalsOf,
  required,
  scopeList,
  secureUrl,
} from "./variables.ts";

/** Tokens come from an external authorization server, which also signs people in. */
export type ExternalAuthorization = JwtAuthorization | IntrospectionAuthorization;

type Common = {
  /** What `aud` must hold; undefined is the resource's own URL, as RFC 8707 has it. */
  audience: string | undefined;
  /** What every token must hold, whatever it is used for. */
  requiredScopes: readonly string[];
  /** Undefined lets in anybody who has a token. */
  allowedPeople: AllowedPeople | undefined;
  /** The claim that has the groups that a person is in. */
  groupsClaim: string;
  /** Claims that tools get, by these names. */
  claims: readonly string[];
  /** The claim with an address that the server vouches for; undefined is `email`, with `email_verified`. */
  emailClaim: string | undefined;
  /** Whether tokens that stand for a client and for no person are taken. */
  clientTokens: boolean;
};

/** Tokens are JWTs, checked here (RFC 9068). */
export type JwtAuthorization = Common & {
  mode: "jwt";
  issuers: readonly [string, ...string[]];
  profile: "strict" | "compat";
  /** For token exchange; not needed to check tokens. */
  client: ClientCredential | undefined;
};

/** Tokens are asked about at the server that issued them (RFC 7662). */
export type IntrospectionAuthorization = Common & {
  mode: "introspection";
  issuers: readonly [string];
  client: ClientCredential;
  /** Where to ask, when the server's metadata does not say. */
  endpoint: string | undefined;
  /** How long an answer may be used again; 0 asks every time. */
  cacheSeconds: number;
};

const common = z.object({
  AS_ISSUER: required("the issuer URL of your authorization server")
    .pipe(commaSeparated)
    .pipe(z.tuple([secureUrl], secureUrl)),
  TOKEN_AUDIENCE: z.string().optional(),
  REQUIRED_SCOPES: scopeList.refine(
    (scopes) => !scopes.includes("offline_access"),
    "has offline_access, which allows nothing here: whether clients get refresh tokens is decided there",
  ),
  ALLOWED_PEOPLE: allowedPeople,
  // The name that RFC 9068, section 2.2.3.1, gives it.
  TOKEN_GROUPS_CLAIM: z.string().default("groups"),
  TOKEN_CLAIMS: list,
  // For servers that verify each address and say so nowhere.
  TOKEN_EMAIL_CLAIM: z.string().optional(),
  CLIENT_TOKENS: onOff.default(true),
  ALLOWED_CLIENTS: z
    .literal(
      "any",
      "is for AUTH_MODE=provider: your authorization server registers the clients, so choose them there",
    )
    .optional(),
});

const jwt = common.extend({
  TOKEN_PROFILE: z.enum(["strict", "compat"], 'must be "strict" or "compat"').default("strict"),
});

const MAX_CACHE_SECONDS = 300;

const introspection = common.extend({
  AS_INTROSPECTION_ENDPOINT: secureUrl.optional(),
  INTROSPECTION_CACHE_SECONDS: z.coerce
    .number("must be a number of seconds")
    .int("must be a whole number of seconds")
    .min(0, "must be at least 0")
    .max(
      MAX_CACHE_SECONDS,
      `must be at most ${MAX_CACHE_SECONDS} seconds: so long may a revoked token still work`,
    )
    .default(0),
});

/** The names of the variables that are read here, but for those of the credential. */
export const externalAuthorizationVariables: readonly string[] = Object.keys({
  ...jwt.shape,
  ...introspection.shape,
});

/** AUTH_MODE=jwt. */
export function parseJwtAuthorization(
  variables: Record<string, unknown>,
): JwtAuthorization | Problems {
  const parsed = jwt.safeParse(variables);
  const client = parseClientCredential(variables);
  if (!parsed.success || client instanceof Problems) {
    return new Problems(...problemsAmong(refusalsOf(parsed), client));
  }
  const { AS_ISSUER: issuers, TOKEN_PROFILE: profile } = parsed.data;
  // A credential belongs to one server, and must not be shown to another.
  if (client !== undefined && issuers.length > 1) {
    return new Problems(
      "AS_ISSUER names several servers, and AS_CLIENT_ID belongs to one: keep one of them",
    );
  }
  return { mode: "jwt", issuers, profile, client, ...commonOf(parsed.data) };
}

/** AUTH_MODE=introspection. */
export function parseIntrospectionAuthorization(
  variables: Record<string, unknown>,
): IntrospectionAuthorization | Problems {
  const parsed = introspection.safeParse(variables);
  const client =
    parseClientCredential(variables) ??
    new Problems(
      "AS_CLIENT_ID is missing: introspection needs it, with AS_CLIENT_SECRET or AS_PRIVATE_KEY",
    );
  if (!parsed.success || client instanceof Problems) {
    return new Problems(...problemsAmong(refusalsOf(parsed), client));
  }
  const [issuer, ...others] = parsed.data.AS_ISSUER;
  if (others.length > 0) {
    return new Problems("AS_ISSUER must be one server: a token does not say whom to ask about it");
  }
  return {
    mode: "introspection",
    issuers: [issuer],
    client,
    endpoint: parsed.data.AS_INTROSPECTION_ENDPOINT,
    cacheSeconds: parsed.data.INTROSPECTION_CACHE_SECONDS,
    ...commonOf(parsed.data),
  };
}

/**
 * Any of several issuers could say that its person has an address, or is in a group, that an operator meant as
 * another's. A user id holds the issuer, so it may be named.
 *
 * @param admins ADMINS, which is read elsewhere.
 */
export function peopleOfWhichIssuer(
  { issuers, allowedPeople }: ExternalAuthorization,
  admins: readonly string[],
): Problems {
  if (issuers.length === 1) return new Problems();
  const because =
    "and AS_ISSUER names several servers, each of which could claim that for its own people: name user ids " +
    "instead (the tool whoami shows them), or keep one server";
  const { emailAddresses, emailDomains, groups } = allowedPeople ?? {};
  const namesClaims = [emailAddresses, emailDomains, groups].some((names) => names?.size);
  return new Problems(
    ...(namesClaims ? [`ALLOWED_PEOPLE names addresses or groups, ${because}`] : []),
    ...(admins.some((admin) => admin.includes("@")) ? [`ADMINS names addresses, ${because}`] : []),
  );
}

function commonOf(values: z.infer<typeof common>): Common {
  return {
    audience: values.TOKEN_AUDIENCE,
    requiredScopes: values.REQUIRED_SCOPES,
    allowedPeople: values.ALLOWED_PEOPLE,
    claims: values.TOKEN_CLAIMS,
    groupsClaim: values.TOKEN_GROUPS_CLAIM,
    emailClaim: values.TOKEN_EMAIL_CLAIM,
    clientTokens: values.CLIENT_TOKENS,
  };
}
