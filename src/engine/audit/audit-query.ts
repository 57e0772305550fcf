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

/** How far back. Older rows of the index are deleted (audit/retention.ts). */
export const RECENT_MS = 7 * 86_400_000;
const MAX_CALLS = 2_000;
/** What bounds the cost of one query: the newest rows of the person's own. */
const MAX_INDEX_ROWS = 20_000;

const rowSchema = z.object({
  client_id: z.string(),
  grant_id: z.string(),
  tool: z.string(),
  outcome: z.string(),
  at_ms: z.number(),
});

/**
 * Uses the index gatehouse_calls_by_person (migrations/), so events of other people, strangers above all, are not
 * read. Every call that is shown is in as many of the newest batches of its grant as calls are asked for.
 */
const SQL = `
WITH
  own AS MATERIALIZED (
    SELECT grant_id, batch_id FROM gatehouse_calls_by_person
    WHERE user_id = ?1 AND batch_id >= ?2 ORDER BY batch_id DESC LIMIT ?3
  ),
  numbered AS (
    SELECT grant_id, batch_id,
      row_number() OVER (PARTITION BY grant_id ORDER BY batch_id DESC) AS number
    FROM own
  ),
  wanted AS MATERIALIZED (SELECT DISTINCT batch_id FROM numbered WHERE number <= ?5)
SELECT client_id, grant_id, tool, outcome, at_ms FROM (
  SELECT
    event.value ->> 'id' AS id,
    event.value ->> 'clientId' AS client_id,
    event.value ->> 'grantId' AS grant_id,
    event.value ->> 'tool' AS tool,
    event.value ->> 'outcome' AS outcome,
    event.value ->> 'atMs' AS at_ms,
    row_number() OVER (
      PARTITION BY event.value ->> 'grantId' ORDER BY event.value ->> 'id' DESC
    ) AS number
  FROM wanted
    CROSS JOIN audit_batches AS batch ON batch.id = wanted.batch_id
    CROSS JOIN json_each(batch.events) AS event
  WHERE event.value ->> 'userId' = ?1 AND event.value ->> 'kind' = 'tool_call'
    AND event.value ->> 'grantId' IS NOT NULL AND event.value ->> 'atMs' >= ?4
)
WHERE number <= ?5 ORDER BY id DESC LIMIT ?6`;

/**
 * A person's recent calls, newest first: from the last week. Where only a
 * share of calls is recorded (AUDIT_TOOL_CALLS), only those.
 *
 * @param userId only this person's calls are found.
 * @param perGrant how many of each grant at most, so that a busy client does not hide the others.
 * @throws what D1 throws.
 */
export async function recentCalls(
  { DB }: Pick<Env, "DB">,
  userId: string,
  perGrant = 20,
): Promise<readonly RecentCall[]> {
  const sinceMs = Date.now() - RECENT_MS;
  const since = firstIdAt(sinceMs - BATCH_SPAN_MS);
  const { results } = await DB.prepare(SQL)
    .bind(userId, since, MAX_INDEX_ROWS, sinceMs, perGrant, MAX_CALLS)
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
