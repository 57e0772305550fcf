import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { parseAuditOptions } from "../../dev/commands/audit-options.ts";
import { auditSql } from "../../dev/commands/audit-sql.ts";
import { auditTable, jsonLine, type StoredEvent } from "../../dev/commands/audit-table.ts";
import { projectDir } from "../../dev/server/processes.ts";
import { firstIdAt } from "../../src/engine/audit/event-id.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const HOSTILE = `'); DROP TABLE audit_batches; --"\\ \u0000\u202e`;

/** The options of a command line; help is none. */
function optionsOf(...args: string[]) {
  const options = parseAuditOptions(args, NOW_MS);
  if (options === undefined) throw new Error("This asks for help");
  return options;
}

let sequence = 0;
function event(agoMs: number, change: Partial<StoredEvent> & Record<string, unknown>): StoredEvent {
  const atMs = NOW_MS - agoMs;
  const id = firstIdAt(atMs) + String(sequence++).padStart(16, "0");
  return { id, atMs, kind: "tool_call", userId: "alice", clientId: "c1", ...change };
}

/** SQLite with the tables of the migration, and these batches. */
function databaseWith(...batches: StoredEvent[][]): DatabaseSync {
  const database = new DatabaseSync(":memory:");
  database.exec(readFileSync(join(projectDir, "migrations", "0002_audit.sql"), "utf8"));
  const insert = database.prepare("INSERT INTO audit_batches (id, users, events) VALUES (?, ?, ?)");
  for (const events of batches) {
    const users = [...new Set(events.map(({ userId }) => userId))];
    insert.run(events[0]?.id ?? "", ` ${users.join(" ")} `, JSON.stringify(events));
  }
  return database;
}

/** What of a database a command line finds, in the order that it is shown in. */
function found(database: DatabaseSync, ...args: string[]): unknown[] {
  const options = optionsOf(...args);
  const rows = database.prepare(auditSql(options, options.limit)).all();
  return rows.map(({ event }) => JSON.parse(String(event)).name).reverse();
}

describe("npm run audit: the query", () => {
  const database = databaseWith(
    [
      event(8 * 86_400_000, { name: "week" }),
      event(8 * 86_400_000, { name: "also", userId: "bob" }),
    ],
    [
      event(60_000, { name: "add", tool: "calculator", outcome: "ok", grantId: "g1" }),
      event(59_000, { name: "zero", tool: "calculator", outcome: "error", userId: "bob" }),
      event(58_000, { name: "notes", tool: "list_notes", outcome: "ok", clientId: HOSTILE }),
    ],
    [event(30_000, { name: "refused", kind: "token_refused", sessionId: "s1" })],
    [event(5_000, { name: "bobs", kind: "sign_in", outcome: "ok", userId: "bob" })],
  );

  it.each<[string[], string[]]>([
    [[], ["add", "zero", "notes", "refused", "bobs"]],
    [
      ["--since", "30d"],
      ["week", "also", "add", "zero", "notes", "refused", "bobs"],
    ],
    [
      ["--since", "59s"],
      ["zero", "notes", "refused", "bobs"],
    ],
    [
      ["--until", "58s"],
      ["add", "zero", "notes"],
    ],
    [
      ["--since", "2026-11-21T11:59:01", "--until", "2026-11-21T13:59:30+02:00"],
      ["zero", "notes", "refused"],
    ],
    // Out of batches that also have others' events.
    [
      ["--user", "alice"],
      ["add", "notes", "refused"],
    ],
    [["--user", "ali"], []],
    [["--user", "bob", "--tool", "calculator"], ["zero"]],
    [
      ["--tool", "calculator"],
      ["add", "zero"],
    ],
    [
      ["--kind", "sign_in,token_refused"],
      ["refused", "bobs"],
    ],
    [["--failed"], ["zero", "refused"]],
    [["--grant", "g1"], ["add"]],
    [["--session", "s1"], ["refused"]],
    [["--client", HOSTILE], ["notes"]],
    [["--user", HOSTILE], []],
    [["--tool", "' OR '1'='1"], []],
    [
      ["--limit", "2"],
      ["refused", "bobs"],
    ],
  ])("%j", (args, names) => {
    expect(found(database, ...args)).toEqual(names);
  });

  it("goes on where a page has ended", () => {
    const options = optionsOf();
    const [, last] = database.prepare(auditSql(options, 2)).all();
    const { id } = JSON.parse(String(last?.event));
    const next = database.prepare(auditSql(options, 2, id)).all();
    expect(next.map(({ event }) => JSON.parse(String(event)).name)).toEqual(["notes", "zero"]);
  });

  it("reads batches by key, not all of them", () => {
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${auditSql(optionsOf(), 10)}`).all();
    expect(plan.map(({ detail }) => String(detail)).join("\n")).toMatch(
      /SEARCH batch USING PRIMARY KEY \(id>\? AND id<\?\)/,
    );
  });

  it("finds an event that was recorded ten seconds after its batch began", () => {
    const late = databaseWith([event(70_000, { name: "first" }), event(60_000, { name: "late" })]);
    expect(found(late, "--since", "65s")).toEqual(["late"]);
  });
});

describe("npm run audit: the command line", () => {
  it.each([
    [["--since", "yesterday"], "--since"],
    [["--until", "12"], "--until"],
    [["--since", "2026-13-45"], "--since"],
    [["--limit", "0"], "--limit"],
    [["--limit", "1e9"], "--limit"],
    [["--kind", "signin"], 'no kind "signin"'],
    [["--remote", "--state", "x"], "--state"],
    [["--users", "x"], "--users"],
    [["alice"], "alice"],
  ])("refuses %j", (args, words) => {
    expect(() => parseAuditOptions(args, NOW_MS)).toThrow(words);
  });

  it("takes times as they are said: ago, as a day, and in UTC", () => {
    expect(optionsOf("--since", "90m").sinceMs).toBe(NOW_MS - 5_400_000);
    expect(optionsOf("--since", "2026-11-20").sinceMs).toBe(Date.UTC(2026, 10, 20));
    expect(optionsOf("--since", "2026-11-20T10:30").sinceMs).toBe(Date.UTC(2026, 10, 20, 10, 30));
  });
});

describe("npm run audit: the table", () => {
  it("has a line for each event, with what matters of its kind", () => {
    const table = auditTable([
      event(60_000, {
        tool: "calculator",
        outcome: "error",
        milliseconds: 12,
        argumentsHash: "h",
        safeArguments: { operation: "divide" },
        scopes: ["op:add", "op:div"],
        readOnly: true,
        requestId: "r",
      }),
      event(1_000, { kind: "token_issued", scopes: ["op:add"], resource: "https://a.example/mcp" }),
      event(0, { kind: "limit_hit", userId: undefined, limit: "TOOL_CALLS_PER_CLIENT" }),
    ]);
    expect(table).toBe(
      [
        "time (UTC)               kind          outcome  person  client  what",
        '2026-11-21T11:59:00.000  tool_call     error    alice   c1      calculator 12 ms safeArguments={"operation":"divide"}',
        "2026-11-21T11:59:59.000  token_issued           alice   c1      resource=https://a.example/mcp scopes=op:add",
        "2026-11-21T12:00:00.000  limit_hit                      c1      limit=TOOL_CALLS_PER_CLIENT",
      ].join("\n"),
    );
  });

  it("shows what is hidden, and stays a line an event, whatever clients call themselves", () => {
    const clientId = "a\nb\r\t\u001b[2J\u202e\u200b\u009bм\\u{41}";
    const [, line, ...others] = auditTable([event(0, { clientId })]).split("\n");
    expect(others).toEqual([]);
    expect(line).toContain(
      "a\\u{a}b\\u{d}\\u{9}\\u{1b}[2J\\u{202e}\\u{200b}\\u{9b}\\u{43c}\\\\u{41}",
    );
    expect(line).toMatch(/^[\x20-\x7e]+$/);
    const json = jsonLine(event(0, { clientId: `${clientId}\ud83d\ude00` }));
    expect(json).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(json).clientId).toBe(`${clientId}\ud83d\ude00`);
  });

  it("cuts what is long, and takes a time that is none", () => {
    const table = auditTable([event(0, { clientId: "x".repeat(500), atMs: 9e15 })]);
    expect(table).toContain("...(+300)");
    expect(table).toContain("9000000000000000");
  });
});
