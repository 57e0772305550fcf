import { listDurableObjectIds, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";

/** What lies in one session's object: its tables, the rows of its key-value store, its alarm. */
export type Stored = {
  tables: string[];
  keys: string[];
  lastRequestAtMs: unknown;
  alarmAtMs: number | null;
};

export function stored(id: DurableObjectId): Promise<Stored> {
  return runInDurableObject(env.MCP_SESSION.get(id), async (_instance, { storage }) => {
    const names = storage.sql.exec("SELECT name FROM sqlite_master WHERE type = 'table'");
    return {
      tables: [...names].map(({ name }) => String(name)).filter((name) => !name.startsWith("_cf_")),
      keys: [...(await storage.list()).keys()],
      lastRequestAtMs: await storage.get("lastRequestAtMs"),
      alarmAtMs: await storage.getAlarm(),
    };
  });
}

/** What remains of a session that has ended, or of one that never was. */
export const NOTHING: Stored = {
  tables: [],
  keys: [],
  lastRequestAtMs: undefined,
  alarmAtMs: null,
};

/** The objects that came to be while `work` ran. */
export async function objectsMadeBy<T>(work: () => Promise<T>): Promise<[T, DurableObjectId[]]> {
  const before = new Set((await listDurableObjectIds(env.MCP_SESSION)).map(String));
  const result = await work();
  const after = await listDurableObjectIds(env.MCP_SESSION);
  return [result, after.filter((id) => !before.has(String(id)))];
}

/** What `work` gave, and the one object that it made. */
export async function only<T>(work: () => Promise<T>): Promise<[T, DurableObjectId]> {
  const [result, [object, ...others]] = await objectsMadeBy(work);
  if (object === undefined || others.length > 0) throw new Error("Not one session was started");
  return [result, object];
}

/** Rings the object's alarm now, whatever time it is set for. */
export function ring(id: DurableObjectId): Promise<boolean> {
  return runDurableObjectAlarm(env.MCP_SESSION.get(id));
}
