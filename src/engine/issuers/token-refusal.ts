import * as z from "zod";

/** One line per reason in this time: made-up tokens must not fill the log. */
const INTERVAL_MS = 60_000;

/** Why tokens were refused, and when that was last logged. The reasons are our own codes, so there are few. */
const loggedAtMs = new Map<string, number>();

/** What the operator can act on: fixed words, never a token's content. */
export type RefusalFacts = {
  /** The claim or header parameter at fault. */
  readonly claim?: string;
  /** What it has to match. */
  readonly expected?: string;
  readonly hint?: string;
};

/** The variable that a token is compared with: only its name, as values may be people's ids. */
export const EXPECTED = {
  issuer: "AS_ISSUER",
  audience: "TOKEN_AUDIENCE, or without it the URL that the client was given",
} as const;

/**
 * Logs why a token was refused, at most once a minute per reason and claim.
 *
 * @param reason a code of ours.
 * @returns undefined, which the verifier returns then.
 */
export function refused(reason: string, facts: RefusalFacts = {}): undefined {
  const key = JSON.stringify([reason, facts.claim]);
  const nowMs = Date.now();
  const sinceMs = nowMs - (loggedAtMs.get(key) ?? Number.NEGATIVE_INFINITY);
  // A clock that was set back must not silence it.
  if (sinceMs >= 0 && sinceMs < INTERVAL_MS) return;
  loggedAtMs.set(key, nowMs);
  console.warn({ event: "token_refused", reason, ...facts });
}

const audienceSchema = z.object({
  aud: z.union([z.string().transform((aud) => [aud]), z.array(z.string())]),
  scope: z.string(),
});

/**
 * Refuses a token with an unexpected `aud`. Some servers (Glewlwyd) write a token's scopes there, which says
 * nothing about the resource: the operator has to know.
 */
export function refusedForAudience(claims: unknown): undefined {
  const said = audienceSchema.safeParse(claims).data;
  const scopes = said?.scope.split(" ") ?? [];
  const isScopes =
    said !== undefined &&
    said.aud.length > 0 &&
    said.aud.flatMap((aud) => aud.split(" ")).every((aud) => scopes.includes(aud));
  return refused(isScopes ? "audience_is_scopes" : "audience", {
    claim: "aud",
    expected: EXPECTED.audience,
    ...(isScopes && {
      hint: "The server writes scopes into aud: set it up to name the resource there (RFC 8707)",
    }),
  });
}
