import * as z from "zod";
import type { IntrospectionAuthorization } from "../config";
import type { ExternalClaims } from "./claims";
import { CLOCK_SKEW_SECONDS } from "./clock";
import { IntrospectionCache } from "./introspection-cache";
import { type IntrospectionAnswer, introspectionEndpoint } from "./introspection-endpoint";
import type { PersonReader } from "./person-claims";
import { isOfClientItself, otherTokenMark } from "./token-marks";
import { EXPECTED, refused, refusedForAudience } from "./token-refusal";

/** An active access token of a person, as RFC 7662, section 2.2, describes it. */
const activeSchema = z.object({
  iss: z.string().optional(),
  // Absent from refresh tokens of some servers, which are active as well.
  aud: z.union([z.string().transform((aud) => [aud]), z.array(z.string())]),
  sub: z.string().min(1),
  client_id: z.string().min(1),
  scope: z.string().default(""),
  exp: z.number(),
  nbf: z.number().optional(),
});

/** Tokens are short, or JWTs, which some servers introspect as well. */
const MAX_TOKEN_CHARS = 16_384;

/**
 * Checks tokens by asking the authorization server about each.
 *
 * @returns what it says about the token; undefined when the token is not valid here. It throws
 *   ValueUnavailable when the server does not give a usable answer.
 */
export function introspector(
  authorization: IntrospectionAuthorization,
  personIn: PersonReader,
): (token: string, audience: string) => Promise<ExternalClaims | undefined> {
  const [issuer] = authorization.issuers;
  const ask = introspectionEndpoint(authorization);
  const cache = new IntrospectionCache<IntrospectionAnswer>(issuer, authorization.cacheSeconds);

  return async (token, audience) => {
    if (token.length > MAX_TOKEN_CHARS) return refused("too_large");
    const answer = withoutNulls(await cache.answerFor(token, () => ask(token)));
    if (answer.active !== true) return refused("inactive");
    const mark = otherTokenMark(answer);
    if (mark !== undefined) return refused("claims", { claim: mark });
    const parsed = activeSchema.safeParse(answer);
    if (!parsed.success) {
      return refused("claims", { claim: String(parsed.error.issues[0]?.path[0]) });
    }
    const { iss, aud, sub: subject, client_id: clientId, scope, exp, nbf = 0 } = parsed.data;
    const nowSeconds = Date.now() / 1_000;
    if (!aud.includes(audience)) return refusedForAudience(answer);
    if (iss !== undefined && iss !== issuer) {
      return refused("unknown_issuer", { claim: "iss", expected: EXPECTED.issuer });
    }
    if (exp <= nowSeconds) return refused("expired", { claim: "exp" });
    if (nbf > nowSeconds + CLOCK_SKEW_SECONDS) return refused("not_yet_valid", { claim: "nbf" });
    return {
      issuer,
      subject,
      clientId,
      scopes: scope.split(" ").filter((one) => one !== ""),
      expiresAtSeconds: exp,
      isOfClientItself: isOfClientItself(answer, { subject, clientId }),
      ...personIn(answer),
    };
  };
}

/** What some servers send instead of leaving a member out. */
function withoutNulls(answer: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== null));
}
