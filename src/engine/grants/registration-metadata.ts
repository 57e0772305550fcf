import * as z from "zod";
import { presentMembers } from "./present-members";

/** All of it: more than ten times what the largest real client sends. */
export const MAX_REGISTRATION_BYTES = 16 * 1_024;

/** Names that people give things are shorter; the consent page shows 64 characters of one. */
const MAX_NAME_CHARS = 200;
const MAX_URI_CHARS = 2_048;
/** Cursor registers three; a list is looked through at each authorization. */
const MAX_REDIRECT_URIS = 20;
const MAX_LIST = 20;
const MAX_TEXT_CHARS = 4_096;

/** What this server can do of what a client may register for; its metadata (RFC 8414) says the same. */
const GRANT_TYPES = ["authorization_code", "refresh_token"];
const AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"];

const list = (max: number, chars: number) => z.array(z.string().max(chars)).max(max);
const uri = z.string().max(MAX_URI_CHARS);

/** RFC 7591, section 2. Members that are not here are bounded by {@link MAX_REGISTRATION_BYTES}. */
const boundsSchema = z.looseObject({
  client_name: z.string().max(MAX_NAME_CHARS).optional(),
  redirect_uris: list(MAX_REDIRECT_URIS, MAX_URI_CHARS).optional(),
  contacts: list(MAX_LIST, MAX_NAME_CHARS).optional(),
  grant_types: list(MAX_LIST, MAX_NAME_CHARS).optional(),
  response_types: list(MAX_LIST, MAX_NAME_CHARS).optional(),
  token_endpoint_auth_method: z.string().max(MAX_NAME_CHARS).optional(),
  token_endpoint_auth_methods_supported: list(MAX_LIST, MAX_NAME_CHARS).optional(),
  client_uri: uri.optional(),
  logo_uri: uri.optional(),
  policy_uri: uri.optional(),
  tos_uri: uri.optional(),
  jwks_uri: uri.optional(),
  scope: z.string().max(MAX_TEXT_CHARS).optional(),
  software_statement: z.string().max(MAX_TEXT_CHARS).optional(),
});
type Bounded = z.infer<typeof boundsSchema>;

/** A refusal as RFC 7591, section 3.2.2, has it. */
export type RegistrationRefusal = {
  readonly error: "invalid_client_metadata" | "invalid_redirect_uri";
  readonly description: string;
};

/**
 * The metadata that a client is registered with: what it sent, without what says nothing and without
 * what this server does not do. A server may register less than was asked for, and its answer says what
 * (RFC 7591, section 3.2.1): clients ask for all that they can do anywhere.
 *
 * @param sent the body of a registration, parsed; anything at all.
 */
export function registrationMetadata(
  sent: unknown,
): { metadata: Record<string, unknown> } | { refusal: RegistrationRefusal } {
  const parsed = boundsSchema.safeParse(presentMembers(sent));
  if (!parsed.success) return { refusal: refusalOf(parsed.error) };
  const metadata = parsed.data;
  // RFC 7591, section 2.2: the same in a language.
  const long = Object.entries(metadata).some(
    ([member, value]) =>
      /^client_name#/.test(member) && typeof value === "string" && value.length > MAX_NAME_CHARS,
  );
  if (long) return { refusal: tooLong("client_name") };
  return {
    metadata: {
      ...metadata,
      ...registeredTypes(metadata),
      ...registeredMethod(metadata),
    },
  };
}

function refusalOf({ issues }: z.ZodError): RegistrationRefusal {
  const [issue] = issues;
  const [member] = issue?.path ?? [];
  if (typeof member !== "string") {
    return { error: "invalid_client_metadata", description: "The body must be a JSON object" };
  }
  if (issue?.code === "too_big") return tooLong(member);
  // The member is one of those above: nothing here is the client's own words.
  return { error: errorFor(member), description: `${member} is not of the type it must have` };
}

function tooLong(member: string): RegistrationRefusal {
  return { error: errorFor(member), description: `${member} is longer than this server takes` };
}

function errorFor(member: string): RegistrationRefusal["error"] {
  return member === "redirect_uris" ? "invalid_redirect_uri" : "invalid_client_metadata";
}

/** Only codes come with a response type, and each client here uses codes (RFC 7591, section 2.1). */
function registeredTypes({ grant_types: asked = ["authorization_code"] }: Bounded) {
  const known = GRANT_TYPES.filter((type) => asked.includes(type));
  return {
    grant_types: known.includes("authorization_code") ? known : ["authorization_code", ...known],
    response_types: ["code"],
  };
}

/**
 * How the client proves itself: as it asked, or by the first way that both can. One that can only use
 * keys, which a registration here cannot have, gets a secret; it sees that in the answer.
 */
function registeredMethod(metadata: Bounded) {
  const { token_endpoint_auth_method: asked, token_endpoint_auth_methods_supported: can } =
    metadata;
  if (asked === undefined && can === undefined) return {};
  const wanted = [...(asked === undefined ? [] : [asked]), ...(can ?? [])];
  const method = wanted.find((one) => AUTH_METHODS.includes(one)) ?? "client_secret_basic";
  return {
    token_endpoint_auth_method: method,
    token_endpoint_auth_methods_supported: [method],
  };
}
