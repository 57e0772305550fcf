import * as z from "zod";
import { BATCH_SPAN_MS } from "./batch";
import { firstIdAt } from "./event-id";

/** A tool call of one of a person's clients. */
export type RecentCall = {
  readonly clientId: string;
  readonly grantId: string;
  readonly tool: string;
  readonly outcome: string;
  readonly atSeconds: number;
};

/** How far back, in time and in batches of everybody: what bounds the price of one look. */
const RECENT_MS = 7 * 86_400_000;
const MAX_BATCHES = 20_000;
const MAX_CALLS = 500;

const rowSchema = z.object({
  client_id: z.string(),
  grant_id: z.string(),
  tool: z.string(),
  outcome: z.string(),
  at_ms: z.number(),
});

/**
 * What a person's clients called lately, the newest first: at most 500 calls, of the last week, and on a
 * very busy server of less than that. Where only a share of calls is recorded (AUDIT_TOOL_CALLS), it is of those.
 *
 * @param userId opaque, of `[A-Za-z0-9_-]`; nobody else's calls are found by it.
 */
export async function recentCalls(
  { DB }: Pick<Env, "DB">,
  userId: string,
): Promise<readonly RecentCall[]> {
  const sinceMs = Date.now() - RECENT_MS;
  const { results } = await DB.prepare(
    "SELECT event ->> 'clientId' AS client_id, event ->> 'grantId' AS grant_id, " +
      "event ->> 'tool' AS tool, event ->> 'outcome' AS outcome, event ->> 'atMs' AS at_ms " +
      "FROM (SELECT each.value AS event FROM " +
      "(SELECT users, events FROM audit_batches WHERE id >= ?1 ORDER BY id DESC LIMIT ?2) AS batch, " +
      "json_each(batch.events) AS each WHERE instr(batch.users, ?3) > 0) " +
      "WHERE event ->> 'userId' = ?4 AND event ->> 'kind' = 'tool_call' " +
      "AND event ->> 'grantId' IS NOT NULL AND event ->> 'atMs' >= ?5 " +
      "ORDER BY event ->> 'id' DESC LIMIT ?6",
  )
    .bind(
      firstIdAt(sinceMs - BATCH_SPAN_MS),
      MAX_BATCHES,
      ` ${userId} `,
      userId,
      sinceMs,
      MAX_CALLS,
    )
    .all();
  return results.map((row) => {
    const { client_id, grant_id, tool, outcome, at_ms } = rowSchema.parse(row);
    return {
      clientId: client_id,
      grantId: grant_id,
      tool,
      outcome,
      atSeconds: Math.floor(at_ms / 1_000),
    };
  });
}
