import * as z from "zod";
import { recordLimitHit } from "../audit/limit-hits";
import type { Principal } from "../identity/principal";
import { type LimitName, RETRY_AFTER_SECONDS, withinLimit } from "../lib/rate-limit";
import { TtlCache } from "../lib/ttl-cache";
import { callerIds } from "./call-audit";
import { jsonRpcError } from "./message";

/** Deliberately less strict than the real schema: a call that is malformed in other ways also counts. */
const callSchema = z.object({ method: z.literal("tools/call") });

/** Clients that their limit refused within the longest possible period, so that it may do so again. */
const refusedClients = new TtlCache<true>();

/**
 * Answers 429 when a person, or one client of a person, calls tools too often. Nothing else in the
 * protocol is counted. Each call of a batch counts, and a batch passes as a whole or not at all.
 *
 * A client that a hundred people use has no limit for all of them together: one person could then lock
 * out the others.
 *
 * @returns the refusal, or undefined when every call may proceed.
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
  // A user id has no space in it, so no two pairs have the same key.
  const keys = {
    TOOL_CALLS_PER_CLIENT: `${userId} ${clientId}`,
    TOOL_CALLS_PER_PERSON: userId,
  };
  // One after the other, so that a batch of thousands stops at the first call over the limit.
  for (const _ of calls) {
    const limit = await limitReached(env, keys);
    if (limit === undefined) continue;
    recordLimitHit(env, limit, keys[limit], callerIds(principal, { requestId }));
    return tooManyCalls();
  }
  return undefined;
}

type CallLimit = Extract<LimitName, `TOOL_CALLS_${string}`>;

/**
 * Counts a call against both limits, waiting for them in parallel. But refused calls of one client must not use up
 * the person's limit for other clients: so for a recently refused client its own limit is checked first.
 */
async function limitReached(
  env: Env,
  keys: Readonly<Record<CallLimit, string>>,
): Promise<CallLimit | undefined> {
  const client = keys.TOOL_CALLS_PER_CLIENT;
  const may = (limit: CallLimit) => withinLimit(env, limit, keys[limit]);
  if (!refusedClients.get(client)) {
    const [clientMay, personMay] = await Promise.all([
      may("TOOL_CALLS_PER_CLIENT"),
      may("TOOL_CALLS_PER_PERSON"),
    ]);
    if (clientMay) return personMay ? undefined : "TOOL_CALLS_PER_PERSON";
  } else if (await may("TOOL_CALLS_PER_CLIENT")) {
    return (await may("TOOL_CALLS_PER_PERSON")) ? undefined : "TOOL_CALLS_PER_PERSON";
  }
  refusedClients.set(client, true, Date.now() + RETRY_AFTER_SECONDS * 1_000);
  return "TOOL_CALLS_PER_CLIENT";
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
