import { recordLimitHit } from "../audit/limit-hits";
import type { Principal } from "../identity/principal";
import { type LimitName, RETRY_AFTER_SECONDS, withinLimit } from "../lib/rate-limit";
import { callerIds } from "./call-audit";
import { jsonRpcError } from "./message";

/**
 * Answers 429 when a person makes too many requests of any kind, or begins too many sessions: each session
 * leaves rows that stay for a day. Calls of tools have limits of their own (call-limits.ts).
 *
 * @param beginsSession whether the request makes a session.
 * @returns the refusal, or undefined when the request may proceed.
 */
export async function refuseBeyondRequestLimits(
  principal: Principal,
  env: Env,
  requestId: string,
  beginsSession: boolean,
): Promise<Response | undefined> {
  const { userId } = principal;
  const limits: LimitName[] = ["REQUESTS_PER_PERSON"];
  if (beginsSession) limits.push("SESSIONS_PER_PERSON");
  for (const limit of limits) {
    if (await withinLimit(env, limit, userId)) continue;
    recordLimitHit(env, limit, userId, callerIds(principal, { requestId }));
    const what = limit === "SESSIONS_PER_PERSON" ? "new sessions" : "requests";
    const text = `Too many ${what}: wait ${RETRY_AFTER_SECONDS} seconds`;
    const response = jsonRpcError(429, -32_000, text);
    response.headers.set("retry-after", String(RETRY_AFTER_SECONDS));
    return response;
  }
  return undefined;
}
