import { decodeJwt } from "jose";
import * as z from "zod";
import { otherTokenMark } from "../issuers/token-marks";
import { readBytes } from "../lib/read-bytes";
import type { ExchangedToken } from "./exchanged-tokens";
import { UpstreamError } from "./upstream-error";

/** The types of token that an API takes as a bearer token (RFC 8693, section 3). */
const BEARER_TYPES = [
  "urn:ietf:params:oauth:token-type:access_token",
  "urn:ietf:params:oauth:token-type:jwt",
];

const answerSchema = z.object({
  access_token: z.string().min(1),
  // Required, and left out by some servers; whatever is said has to be right.
  token_type: z
    .string()
    .regex(/^bearer$/i)
    .optional(),
  issued_token_type: z.enum(BEARER_TYPES).optional(),
  // Some servers send it as text.
  expires_in: z.coerce.number().positive().optional().catch(undefined),
});

/** What servers send for nothing. */
const membersSchema = z
  .record(z.string(), z.unknown())
  .transform((members) =>
    Object.fromEntries(
      Object.entries(members).filter(([, value]) => value !== null && value !== ""),
    ),
  );

/**
 * The token in a successful answer of the token endpoint (RFC 8693, section 2.2.1).
 *
 * @param answer its parsed JSON.
 * @throws UpstreamError when it is none that an API takes as a bearer token: a refresh or ID token, or one
 *   bound to a key (RFC 9449) that this server does not have.
 */
function exchangedTokenIn(answer: unknown): ExchangedToken {
  const parsed = membersSchema.pipe(answerSchema).safeParse(answer);
  if (!parsed.success) throw notBearer(String(parsed.error.issues[0]?.path[0] ?? "body"));
  const { access_token: accessToken, expires_in: expiresInSeconds } = parsed.data;
  const mark = otherTokenMark(claimsOf(accessToken));
  if (mark !== undefined) throw notBearer(mark);
  return { accessToken, expiresInSeconds };
}

const MAX_ANSWER_BYTES = 256 * 1_024;

/**
 * {@link exchangedTokenIn} of a response with status 200.
 *
 * @throws UpstreamError as that does; SyntaxError or TypeError for an answer that is no JSON, or too large.
 */
export async function tokenAnswer({ body }: Response): Promise<ExchangedToken> {
  const bytes = await readBytes(body, MAX_ANSWER_BYTES);
  return exchangedTokenIn(JSON.parse(new TextDecoder().decode(bytes)));
}

/** What a token says of itself; undefined of an opaque one. */
export function claimsOf(token: string) {
  try {
    return decodeJwt(token);
  } catch {
    // It is opaque, which it may be.
    return undefined;
  }
}

function notBearer(member: string): UpstreamError {
  console.error({ event: "token_exchange_unusable", member });
  return new UpstreamError(
    "misconfigured",
    "The authorization server answered with something else than a bearer token for the API. " +
      "The operator of this server has to set that up there.",
  );
}
