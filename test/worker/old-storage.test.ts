import { applyD1Migrations, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from "vitest";
import * as z from "zod";
import { browserSessions } from "../../src/engine/account/browser-session";
import { recentCalls } from "../../src/engine/audit/audit-query";
import { exchangeCode, request, tokensSchema } from "./as-client.ts";
import { proofs } from "./browser-sign-in.ts";
import { grantOf, refresh } from "./grants.ts";
import { Session } from "./mcp-client.ts";
import recorded from "./old-storage/state.json";

/** What commit 9707861 stored (old-storage/README.md): nothing of it may be lost by an upgrade. */

const client = tokensSchema.extend({ clientId: z.string() });
const rowSchema = z.record(z.string(), z.unknown());
const state = z
  .object({
    recordedAtMs: z.number(),
    known: z.object({
      alice: client,
      first: client,
      bob: client,
      code: z.string(),
      verifier: z.string(),
      session: z.string(),
      listening: z.string(),
    }),
    kv: z.array(
      z.object({ name: z.string(), metadata: z.unknown().optional(), value: z.string() }),
    ),
    objects: z.record(
      z.string(),
      z.object({
        alarmAtMs: z.number().nullable(),
        kv: z.array(z.tuple([z.string(), z.unknown()])),
        schema: z.array(z.string()),
        rows: z.record(z.string(), z.array(rowSchema)),
      }),
    ),
    d1: z.object({
      schema: z.array(z.object({ name: z.string(), type: z.string(), sql: z.string() })),
      rows: z.record(z.string(), z.array(rowSchema)),
    }),
  })
  .parse(recorded);
const { alice, first, bob, code, verifier } = state.known;
const [userId = ""] = alice.refresh_token.split(":");

const taggedSchema = z.union([
  z.object({ $map: z.array(z.tuple([z.unknown(), z.unknown()])) }),
  z.object({ $buffer: z.string() }),
  z.object({ $bytes: z.string() }),
]);

/** The opposite of what record.ts does. */
function decoded(value: unknown): unknown {
  const tagged = taggedSchema.safeParse(value).data;
  if (tagged !== undefined && "$map" in tagged) {
    return new Map(tagged.$map.map(([key, one]) => [decoded(key), decoded(one)]));
  }
  if (tagged !== undefined && "$buffer" in tagged)
    return Uint8Array.fromBase64(tagged.$buffer).buffer;
  if (tagged !== undefined && "$bytes" in tagged) return Uint8Array.fromBase64(tagged.$bytes);
  if (Array.isArray(value)) return value.map(decoded);
  const object = rowSchema.safeParse(value).data;
  if (object === undefined) return value;
  return Object.fromEntries(Object.entries(object).map(([key, one]) => [key, decoded(one)]));
}

function insertInto(
  table: string,
  row: Record<string, unknown>,
): { sql: string; values: unknown[] } {
  const names = Object.keys(row);
  const places = names.map(() => "?").join(", ");
  const columns = names.map((name) => `"${name}"`).join(", ");
  return {
    sql: `INSERT INTO "${table}" (${columns}) VALUES (${places})`,
    values: Object.values(row),
  };
}

async function restoreKv(): Promise<void> {
  for (const { name, metadata, value } of state.kv) {
    await env.OAUTH_KV.put(name, value, metadata === undefined ? {} : { metadata });
  }
}

async function restoreObjects(): Promise<void> {
  for (const [name, object] of Object.entries(state.objects)) {
    const [binding, id = ""] = name.split(" ");
    const stub = binding === "GRANT" ? env.GRANT.getByName(id) : env.MCP_SESSION.getByName(id);
    await runInDurableObject(stub, async (_object: unknown, { storage }) => {
      for (const sql of object.schema) storage.sql.exec(sql);
      for (const [table, rows] of Object.entries(object.rows)) {
        for (const row of rows) {
          const { sql, values } = insertInto(table, row);
          storage.sql.exec(sql, ...values);
        }
      }
      for (const [key, value] of object.kv) storage.kv.put(key, decoded(value));
      if (object.alarmAtMs !== null) await storage.setAlarm(Date.now() + 3_600_000);
    });
    // The next contact finds what is stored, as after a deploy.
    await runInDurableObject(stub, (_object: unknown, durable) => durable.abort("deployed")).catch(
      () => undefined,
    );
  }
}

/** The database as it was, with the migrations that were applied then; and then those of today. */
async function upgradeDatabase(): Promise<void> {
  const now = await env.DB.prepare(
    "SELECT type, name FROM sqlite_master WHERE name NOT LIKE '\\_cf\\_%' ESCAPE '\\' " +
      "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND type IN ('view', 'table')",
  ).all<{ type: string; name: string }>();
  for (const { type, name } of now.results) await env.DB.exec(`DROP ${type} "${name}"`);
  const order = ["table", "index", "view", "trigger"];
  const masters = state.d1.schema
    .filter(({ name }) => !name.startsWith("sqlite_"))
    .sort((one, other) => order.indexOf(one.type) - order.indexOf(other.type));
  await env.DB.batch(masters.map(({ sql }) => env.DB.prepare(sql)));
  const rows = Object.entries(state.d1.rows).flatMap(([table, all]) =>
    all.map((row) => insertInto(table, row)),
  );
  await env.DB.batch(rows.map(({ sql, values }) => env.DB.prepare(sql).bind(...values)));
  await applyD1Migrations(env.DB, inject("migrations"));
}

beforeAll(async () => {
  await upgradeDatabase();
  await restoreKv();
  await restoreObjects();
});

beforeEach(() => {
  // Tokens, grants and sessions are as old as they were.
  vi.useFakeTimers({ now: state.recordedAtMs + 1_000, toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe("the storage of commit 9707861", () => {
  it("has its grant alive: the access token, the notes, the answer that was kept, a refresh", async () => {
    const session = await Session.open(alice.access_token);
    const texts = JSON.stringify((await session.use("list_notes")).notes);
    expect(texts).toContain("first note");
    expect(texts).toContain("second note");
    // Within its minute, the refresh whose answer may have been lost is answered again.
    const again = await refresh({ ...first, clientId: first.clientId });
    expect(tokensSchema.parse(await again.json()).access_token).toBe(alice.access_token);
    const next = await refresh(alice);
    const { access_token } = tokensSchema.parse(await next.json());
    expect(await (await Session.open(access_token)).use("whoami")).toMatchObject({ userId });
  });

  it("has its sessions alive, with a stream of before or without", async () => {
    for (const id of [state.known.session, state.known.listening]) {
      const session = new Session(id, alice.access_token);
      expect(await session.use("whoami")).toMatchObject({ userId });
    }
  });

  it("has its code alive", async () => {
    const { clientId } = alice;
    const exchanged = await exchangeCode({ clientId, code, verifier, callback: new URL("x:") });
    expect(exchanged.status).toBe(200);
  });

  it("shows the person what they connected, and what that did", async () => {
    expect((await recentCalls(env, userId)).map(({ tool }) => tool)).toContain("save_note");
    const setCookie = await browserSessions(proofs).begin({ userId, name: "Alice" });
    const [cookie = ""] = setCookie.split(";");
    const page = await request("/connections", { headers: { cookie } });
    expect(await page.text()).toContain("Recorded client");
  });

  it("keeps ended what had ended, and goes on to close its session", async () => {
    expect((await refresh(bob)).status).toBe(400);
    const grant = grantOf(bob);
    expect(await grant.isEnded()).toBe(true);
    expect(await runDurableObjectAlarm(grant)).toBe(true);
    const keys = await runInDurableObject(grant, (_object, { storage }) =>
      [...storage.kv.list()].map(([key]) => key),
    );
    expect(keys).toEqual(["ended"]);
  });

  it("ends when it is ended: sessions that have no time of their own, too", async () => {
    await grantOf(alice).end(new URL(alice.resource ?? "").origin);
    const session = new Session(state.known.session, alice.access_token);
    expect((await session.call("whoami")).response.status).not.toBe(200);
  });
});
