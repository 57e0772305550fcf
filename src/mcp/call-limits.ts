import * as z from "zod";
import { recordLimitHit } from "../audit/limit-hits";
import { type LimitName, RETRY_AFTER_SECONDS, withinLimit } from "../http/rate-limit";
import type { Principal } from "../identity/principal";
import { callerIds } from "./call-audit";
import { jsonRpcError } from "./message";

/** Deliberately less strict than what runs: a call that is malformed in other ways also counts. */
const callSchema = z.object({ method: z.literal("tools/call") });

/**
 * Answers 429 when a person, or one client of a person, calls tools too often. Everything else in
 * the protocol is not counted. Each call of a batch counts, and a batch goes as a whole or not at all.
 *
 * A client that a hundred people use is not limited for all of them together: one of them could then
 * keep the others out.
 *
 * @returns the refusal, or undefined when every call may go on.
 */
export async function refuseBeyondCallLimits(
  message: unknown,
  principal: Principal,
  env: Env,
  requestId: string,
): Promise<Response | undefined> {
  const { userId, clientId } = principal;
  const messages = Array.isArray(message) ? message : [message];
  const calls = messages.filter((single) => callSchema.safeParse(single).success);
  // The client first: what it is refused must not use up what its person's other clients may call.
  // A user id has no space in it, so no two pairs have the same key.
  const limits: readonly [LimitName, string][] = [
    ["TOOL_CALLS_PER_CLIENT", `${userId} ${clientId}`],
    ["TOOL_CALLS_PER_PERSON", userId],
  ];
  // One after the other, so that a batch of thousands ends at the first that is too many.
  for (const _ of calls) {
    for (const [limit, key] of limits) {
      if (await withinLimit(env, limit, key)) continue;
      recordLimitHit(env, limit, key, callerIds(principal, { requestId }));
      return tooManyCalls();
    }
  }
  return undefined;
}

function tooManyCalls(): Response {
  const response = jsonRpcError(
    429,
    -32_000,
    `Too many tool calls: wait ${RETRY_AFTER_SECONDS} seconds`,
  );
  response.headers.set("retry-after", String(RETRY_AFTER_SECONDS));
  return response;
}
