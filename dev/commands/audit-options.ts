import { parseArgs } from "node:util";
import { type AuditKind, auditKinds } from "../../src/engine/audit/audit-event.ts";

export const USAGE = `npm run audit -- [options]

Who did what with which client: events of the audit, the newest last (docs/audit.md).

  --user ID         of one person, by user id
  --client ID       of one client; --grant ID, --session ID, --request ID: likewise
  --tool NAME       calls of one tool
  --kind KIND       of one kind; several are separated by commas
  --failed          what failed or was refused: also tool results that are errors
  --since TIME      such as 30m, 12h, 7d, or 2026-11-21T10:00Z (default: 7d)
  --until TIME
  --limit N         the newest N that fit (default: 100)
  --json            one line of JSON for each event, with all that it has
  --remote          of the deployed Worker; else of npm start
  --state FOLDER    where another local server keeps its data
  --help            this text

Kinds: ${auditKinds.join(", ")}`;

/** The query. Times are in milliseconds since 1970. */
export type AuditFilter = {
  readonly ids: { readonly [name in IdName]?: string };
  readonly tool: string | undefined;
  readonly kinds: readonly AuditKind[];
  readonly failed: boolean;
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly limit: number;
};

const idNames = ["user", "client", "grant", "session", "request"] as const;
export type IdName = (typeof idNames)[number];

export type AuditOptions = AuditFilter & {
  readonly json: boolean;
  readonly remote: boolean;
  /** Where a local server keeps its data; npm start's folder by default. */
  readonly state: string | undefined;
};

const MAX_LIMIT = 100_000;

/**
 * Reads the command line.
 *
 * @returns undefined when help is asked for.
 * @throws Error that says what is wrong, for the person who typed it.
 */
export function parseAuditOptions(
  args: readonly string[],
  nowMs = Date.now(),
): AuditOptions | undefined {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ user: text, client: text, grant: text, session: text, request: text },
      ...{ tool: text, kind: text, since: text, until: text, limit: text, state: text },
      ...{ failed: flag, json: flag, remote: flag, help: flag },
    },
  });
  if (values.help) return undefined;
  if (values.remote && values.state !== undefined) {
    throw new Error("--state is a local server's; leave it out with --remote.");
  }
  const ids: { [name in IdName]?: string } = {};
  for (const name of idNames) if (values[name] !== undefined) ids[name] = values[name];
  return {
    ids,
    tool: values.tool,
    kinds: values.kind === undefined ? [] : values.kind.split(",").map(kindFrom),
    failed: values.failed,
    sinceMs: timeFrom("--since", values.since ?? "7d", nowMs),
    untilMs: values.until === undefined ? nowMs : timeFrom("--until", values.until, nowMs),
    limit: limitFrom(values.limit ?? "100"),
    json: values.json,
    remote: values.remote,
    state: values.state,
  };
}

function kindFrom(text: string): AuditKind {
  const kind = auditKinds.find((known) => known === text.trim());
  if (kind !== undefined) return kind;
  throw new Error(`There is no kind "${text}". There are: ${auditKinds.join(", ")}.`);
}

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

/** A date with a time but without a zone would mean another moment on each machine, so it is UTC. */
function timeFrom(option: string, text: string, nowMs: number): number {
  const [, count, unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ago = UNITS_MS.get(unit);
  if (count !== undefined && ago !== undefined) return nowMs - Number(count) * ago;
  if (/^\d{4}-\d{2}-\d{2}/.test(text)) {
    const zoned = /T.*(Z|[+-]\d{2}:\d{2})$/.test(text) || !text.includes("T");
    const atMs = Date.parse(zoned ? text : `${text}Z`);
    if (!Number.isNaN(atMs)) return atMs;
  }
  throw new Error(`${option} is "${text}", and should be such as 12h, 7d or 2026-11-21T10:00Z.`);
}

function limitFrom(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit > 0 && limit <= MAX_LIMIT) return limit;
  throw new Error(`--limit is "${text}", and should be a number from 1 to ${MAX_LIMIT}.`);
}
