import { BATCH_SPAN_MS } from "../../src/engine/audit/batch.ts";
import { firstIdAt } from "../../src/engine/audit/event-id.ts";
import type { AuditFilter, IdName } from "./audit-options.ts";

const columns: Record<IdName, string> = {
  user: "user_id",
  client: "client_id",
  grant: "grant_id",
  session: "session_id",
  request: "request_id",
};

/** What counts as failed: an outcome, or a kind that is nothing else. */
const FAILED =
  "(outcome IN ('error', 'failed', 'refused') OR kind IN " +
  "('token_refused', 'token_replayed', 'step_up', 'limit_hit'))";

/**
 * The query for one page of events, newest first (migrations/0002_audit.sql has the view). It selects batches by
 * time and person first, then events by all filters: a batch also has other people's events.
 *
 * @param beforeId where the previous page ended.
 */
export function auditSql(filter: AuditFilter, pageSize: number, beforeId?: string): string {
  const { ids, tool, kinds, failed, sinceMs, untilMs } = filter;
  const conditions = [
    `batch_id >= ${literal(firstIdAt(sinceMs - BATCH_SPAN_MS))}`,
    `batch_id < ${literal(firstIdAt(untilMs + 1))}`,
    `at_ms >= ${Math.floor(sinceMs)}`,
    `at_ms <= ${Math.floor(untilMs)}`,
  ];
  if (ids.user !== undefined)
    conditions.push(`instr(batch_users, ${literal(` ${ids.user} `)}) > 0`);
  for (const name of Object.keys(ids).filter(isIdName)) {
    conditions.push(`${columns[name]} = ${literal(ids[name] ?? "")}`);
  }
  if (tool !== undefined) conditions.push(`tool = ${literal(tool)}`);
  if (kinds.length > 0) conditions.push(`kind IN (${kinds.map(literal).join(", ")})`);
  if (failed) conditions.push(FAILED);
  if (beforeId !== undefined) conditions.push(`id < ${literal(beforeId)}`);
  return (
    `SELECT event FROM audit_events WHERE ${conditions.join(" AND ")} ` +
    `ORDER BY id DESC LIMIT ${pageSize}`
  );
}

function isIdName(name: string): name is IdName {
  return name in columns;
}

/** wrangler accepts no parameters. In hexadecimal, a text cannot be anything but a text. */
function literal(text: string): string {
  return `CAST(x'${Buffer.from(text, "utf8").toString("hex")}' AS TEXT)`;
}
