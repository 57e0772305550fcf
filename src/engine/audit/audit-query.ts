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
/** So that a busy client does not hide the others. */
const CALLS_PER_GRANT = 20;
const MAX_CALLS = 2_000;

const rowSchema = z.object({
  client_id: z.string(),
  grant_id: z.string(),
  tool: z.string(),
  outcome: z.string(),
  at_ms: z.number(),
});

const SQL = `
SELECT client_id, grant_id, tool, outcome, at_ms FROM (
  SELECT
    event ->> 'id' AS id,
    event ->> 'clientId' AS client_id,
    event ->> 'grantId' AS grant_id,
    event ->> 'tool' AS tool,
    event ->> 'outcome' AS outcome,
    event ->> 'atMs' AS at_ms,
    row_number() OVER (PARTITION BY event ->> 'grantId' ORDER BY event ->> 'id' DESC) AS number
  FROM (
    SELECT each.value AS event FROM
      (SELECT users, events FROM audit_batches WHERE id >= ?1 ORDER BY id DESC LIMIT ?2) AS batch,
      json_each(batch.events) AS each
    WHERE instr(batch.users, ?3) > 0
  )
  WHERE event ->> 'userId' = ?4 AND event ->> 'kind' = 'tool_call'
    AND event ->> 'grantId' IS NOT NULL AND event ->> 'atMs' >= ?5
)
WHERE number <= ?6 ORDER BY id DESC LIMIT ?7`;

/**
 * What a person's clients called lately, the newest first: at most the last 20 calls of each grant, of the
 * last week, and on a very busy server of less than that. Where only a share of calls is recorded
 * (AUDIT_TOOL_CALLS), it is of those.
 *
 * @param userId nobody else's calls are found by it.
 * @throws what D1 throws.
 */
export async function recentCalls(
  { DB }: Pick<Env, "DB">,
  userId: string,
): Promise<readonly RecentCall[]> {
  const sinceMs = Date.now() - RECENT_MS;
  const since = firstIdAt(sinceMs - BATCH_SPAN_MS);
  const { results } = await DB.prepare(SQL)
    .bind(since, MAX_BATCHES, ` ${userId} `, userId, sinceMs, CALLS_PER_GRANT, MAX_CALLS)
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
