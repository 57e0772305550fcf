// Run at commit 9707861; README.md beside this says how. It is no test of this commit.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { authorize, connect, register, tokensSchema } from "./as-client.ts";
import { allStored } from "./audited.ts";
import { refresh } from "./grants.ts";
import { listen, Session } from "./mcp-client.ts";
import { TEST_ORIGIN } from "./origin.ts";

const RECEIVER = "http://localhost:39871/";

/** JSON of what structured clones hold besides. */
function encoded(value: unknown): unknown {
  if (value instanceof Map) return { $map: [...value].map(encoded) };
  if (value instanceof ArrayBuffer) return { $buffer: new Uint8Array(value).toBase64() };
  if (value instanceof Uint8Array) return { $bytes: value.toBase64() };
  if (Array.isArray(value)) return value.map(encoded);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, encoded(one)]));
}

async function objectOf(stub: DurableObjectStub) {
  return runInDurableObject(stub, async (_object, { storage }) => {
    const { sql } = storage;
    const masters = [
      ...sql.exec(
        "SELECT name, type, sql FROM sqlite_master WHERE name NOT LIKE '\\_cf\\_%' ESCAPE '\\'",
      ),
    ].filter(({ sql }) => sql !== null);
    const tables = masters.filter(({ type }) => type === "table").map(({ name }) => String(name));
    return {
      alarmAtMs: await storage.getAlarm(),
      kv: encoded([...storage.kv.list()]),
      schema: masters.map(({ sql }) => sql),
      rows: Object.fromEntries(
        tables.map((name) => [name, encoded([...sql.exec(`SELECT * FROM "${name}"`)])]),
      ),
    };
  });
}

it("records", async () => {
  const clientId = await register({ client_name: "Recorded client" });
  const first = await connect({ clientId });
  const alice = { ...tokensSchema.parse(await (await refresh(first)).json()), clientId };
  const session = await Session.open(alice.access_token);
  for (const text of ["first note", "second note"]) await session.use("save_note", { text });
  const listening = await Session.open(alice.access_token);
  const stream = await listen(listening);
  await listening.use("whoami");
  await stream.cancel();
  const bob = await connect({ person: "bob" });
  const ended = await Session.open(bob.access_token);
  await ended.use("whoami");
  const { code, verifier } = await authorize({ clientId });

  const grants = [alice.refresh_token, bob.refresh_token].map((token) => {
    const [userId, grantId] = token.split(":");
    return `${userId}:${grantId}`;
  });
  const [ofBob = ""] = grants.slice(1);
  // Its session stays to be closed: the old object is stopped before it can.
  await runInDurableObject(env.GRANT.getByName(ofBob), (object) => {
    Reflect.set(object, "env", {
      ...env,
      MCP_SESSION: {
        getByName: () => ({ closeForGrant: () => Promise.reject(new Error("stop")) }),
      },
    });
  });
  await env.GRANT.getByName(ofBob)
    .end(TEST_ORIGIN)
    .catch(() => undefined);
  await expect.poll(async () => (await allStored()).length).toBeGreaterThan(10);
  await scheduler.wait(3_000);

  const keys = (await env.OAUTH_KV.list()).keys;
  const kv = await Promise.all(
    keys.map(async ({ name, metadata }) => ({
      name,
      metadata,
      value: await env.OAUTH_KV.get(name),
    })),
  );
  const objects: Record<string, unknown> = {};
  const sessionNames = new Set<string>();
  for (const name of grants) {
    const grant = await objectOf(env.GRANT.getByName(name));
    objects[`GRANT ${name}`] = grant;
    for (const [key] of grant.kv as [string, unknown][]) {
      if (key.startsWith("session:")) sessionNames.add(key.slice("session:".length));
    }
  }
  for (const name of sessionNames) {
    objects[`MCP_SESSION ${name}`] = await objectOf(env.MCP_SESSION.getByName(name));
  }
  const masters = await env.DB.prepare(
    "SELECT name, type, sql FROM sqlite_master WHERE name NOT LIKE '\\_cf\\_%' ESCAPE '\\' AND sql IS NOT NULL",
  ).all<{ name: string; type: string; sql: string }>();
  const d1Rows: Record<string, unknown> = {};
  for (const { name, type } of masters.results) {
    if (type === "table" && !name.startsWith("sqlite_")) {
      d1Rows[name] = (await env.DB.prepare(`SELECT * FROM "${name}"`).all()).results;
    }
  }
  const state = {
    recordedAtMs: Date.now(),
    known: { alice, first, bob, code, verifier, session: session.id, listening: listening.id },
    kv,
    objects,
    d1: { schema: masters.results, rows: d1Rows },
  };
  const body = JSON.stringify(state, null, 1);
  expect((await fetch(RECEIVER, { method: "POST", body })).status).toBe(200);
}, 120_000);
