import * as z from "zod";
import { runWrangler } from "../server/wrangler.ts";
import type { AuditOptions } from "./audit-options.ts";
import { auditSql } from "./audit-sql.ts";
import { type StoredEvent, storedEventSchema } from "./audit-table.ts";
import { localStateDir } from "./local-vars.ts";

/** What wrangler prints of a query, with `--json`. */
const answerSchema = z
  .tuple([z.object({ results: z.array(z.object({ event: z.string() })) })])
  .transform(([{ results }]) =>
    results.map(({ event }) => storedEventSchema.parse(JSON.parse(event))),
  );

const FIRST_PAGE_SIZE = 500;

/**
 * Reads the newest matching events, the oldest of them first.
 *
 * @throws Error with what wrangler says when it fails.
 */
export async function readAudit(options: AuditOptions): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  let pageSize = FIRST_PAGE_SIZE;
  for (;;) {
    const wanted = Math.min(pageSize, options.limit - events.length);
    const page = await readPage(options, wanted, events.at(-1)?.id);
    if (page === undefined) {
      if (wanted <= 1) throw new Error("An event is too large to be read by wrangler.");
      pageSize = Math.ceil(wanted / 2);
      continue;
    }
    events.push(...page);
    if (page.length < wanted || events.length >= options.limit) return events.reverse();
  }
}

/** @returns undefined when the page is larger than the kept part of a command's output (processes.ts). */
async function readPage(options: AuditOptions, size: number, beforeId: string | undefined) {
  const place = options.remote
    ? ["--remote"]
    : ["--local", "--persist-to", options.state ?? localStateDir];
  const sql = auditSql(options, size, beforeId);
  const command = ["d1", "execute", "DB", ...place, "--json", "--command", sql];
  const json = jsonOf(await runWrangler(command).catch(withoutTable));
  return json === undefined ? undefined : answerSchema.parse(json);
}

function withoutTable(error: unknown): never {
  if (!String(error).includes("no such table: audit_events")) throw error;
  throw new Error("There is no audit yet: npm start, or npm run deploy, makes its table.");
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
