import { globSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { parseAuditOptions } from "../../dev/commands/audit-options.ts";
import { readAudit } from "../../dev/commands/audit-read.ts";
import type { StoredEvent } from "../../dev/commands/audit-table.ts";
import type { PersonId } from "../../dev/local-servers/people.ts";
import { startLocalGatehouse } from "../support/local-gatehouse.ts";
import { connectPublicClient } from "../support/public-client.ts";

/** A client may make 300 a minute (wrangler.jsonc), and makes three times as many as this. */
const CALLS = 90;
const AT_ONCE = 16;

/** How long an event waits for others, with room (src/engine/audit/audit-buffer.ts). */
const GATHERED_MS = 2_000;

/** A Gatehouse of the test's own, what reads its audit, and what takes its table away. */
async function start() {
  const persistDir = await mkdtemp(join(tmpdir(), "gatehouse-audit-"));
  const gatehouse = await startLocalGatehouse({ persistDir });
  onTestFinished(async () => {
    await gatehouse.stop();
    await rm(persistDir, { recursive: true });
  });
  /** As another process, beside workerd, which has the same file open. */
  const sql = (command: string) => {
    const [file = ""] = globSync(join(persistDir, "v3/d1/miniflare-D1DatabaseObject/*.sqlite"), {
      exclude: (name) => name.endsWith("metadata.sqlite"),
    });
    const database = new DatabaseSync(file, { timeout: 5_000 });
    database.exec(command);
    database.close();
  };
  return {
    gatehouse,
    takeAway: () => sql("ALTER TABLE audit_batches RENAME TO elsewhere"),
    bringBack: () => sql("ALTER TABLE elsewhere RENAME TO audit_batches"),
    async read(...args: string[]): Promise<StoredEvent[]> {
      const options = parseAuditOptions([...args, "--state", persistDir, "--limit", "10000"]);
      if (options === undefined) throw new Error("This asks for help");
      return readAudit(options);
    },
  };
}

/** A client that calls a tool with another argument each time, in the era without sessions. */
async function connect(origin: string, person: PersonId) {
  const resource = `${origin}/mcp`;
  const { tokens } = await connectPublicClient(origin, {
    person,
    resource,
    scope: "op:add",
  });
  let last = 0;
  /** @param limitMs when the client goes away. @throws then, or when it is not answered well. */
  async function call(limitMs: number): Promise<void> {
    last += 1;
    const a = last;
    const version = "2026-07-28";
    const response = await fetch(resource, {
      method: "POST",
      signal: AbortSignal.timeout(limitMs),
      headers: {
        authorization: `Bearer ${tokens.access_token}`,
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
        "mcp-protocol-version": version,
        "mcp-method": "tools/call",
        "mcp-name": "calculator",
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: a,
        method: "tools/call",
        params: {
          name: "calculator",
          arguments: { operation: "add", a, b: 1 },
          _meta: {
            "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientInfo": { name: "audit-test", version: "1" },
            "io.modelcontextprotocol/clientCapabilities": {},
          },
        },
      }),
    });
    expect(await response.text()).toContain(`"result":${a + 1}`);
  }
  // Its first part, readable in each token.
  const [userId = ""] = tokens.access_token.split(":");
  return { userId, call };
}

type Client = Awaited<ReturnType<typeof connect>>;

/** Calls as several do at once; every tenth goes away after a moment. @returns how many were answered. */
async function load({ call }: Client, inTheMiddle = () => {}): Promise<number> {
  let begun = 0;
  let answered = 0;
  const caller = async () => {
    while (begun < CALLS) {
      begun += 1;
      if (begun === CALLS / 2) inTheMiddle();
      const goesAway = begun % 10 === 0;
      try {
        await call(goesAway ? 5 : 10_000);
        answered += 1;
      } catch (error) {
        if (!goesAway) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  return answered;
}

it("D1 down under load, requests cut off, a restart in the middle: each event is there, once", async () => {
  const { gatehouse, takeAway, bringBack, read } = await start();
  const clients = [
    await connect(gatehouse.origin, "alice"),
    await connect(gatehouse.origin, "bob"),
  ];
  const loadAll = (inTheMiddle?: () => void) =>
    Promise.all(
      clients.map((client, index) => load(client, index === 0 ? inTheMiddle : undefined)),
    );

  const before = await loadAll();
  const during = await loadAll(takeAway);
  const startedAtMs = performance.now();
  const down = await loadAll();
  // No call waits for D1: 180 of them take a second or two here.
  expect(performance.now() - startedAtMs).toBeLessThan(15_000);
  await delay(GATHERED_MS);

  await gatehouse.restart();
  bringBack();
  for (const [index, { userId }] of clients.entries()) {
    const answered = [before, during, down].reduce((sum, phase) => sum + (phase[index] ?? 0), 0);
    const deadline = performance.now() + 40_000;
    let calls = await read(`--user=${userId}`, "--tool", "calculator");
    while (calls.length < answered && performance.now() < deadline) {
      await delay(1_000);
      calls = await read(`--user=${userId}`, "--tool", "calculator");
    }
    expect(answered).toBeGreaterThanOrEqual(CALLS * 3 * 0.9);
    // One that was cut off may have run, and then it is there as well.
    expect(calls.length).toBeGreaterThanOrEqual(answered);
    expect(calls.length).toBeLessThanOrEqual(CALLS * 3);
    // Each call had other arguments.
    expect(new Set(calls.map(({ argumentsHash }) => argumentsHash)).size).toBe(calls.length);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(calls.length);
    const kinds = (await read(`--user=${userId}`)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind !== "tool_call")).toEqual([
      "sign_in",
      "consent",
      "token_issued",
    ]);
  }
});
