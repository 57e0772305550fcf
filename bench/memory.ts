import { setTimeout as delay } from "node:timers/promises";
import { HttpClient } from "./http-client.ts";
import { McpClient } from "./mcp-client.ts";
import type { Plan } from "./plan.ts";
import type { Servers } from "./servers.ts";
import type { SubjectName } from "./subjects.ts";

/** The memory of a workerd at one moment. */
export type MemoryStep = {
  readonly at: "open" | "after a rest";
  readonly sessions: number;
  readonly streams: number;
  readonly residentMiB: number;
};

/** How a workerd that runs one Worker grows, with the sessions that are open in it. */
export type MemoryGrowth = { readonly subject: SubjectName; readonly steps: readonly MemoryStep[] };

/** Sessions are opened by several clients at once, as fast as they go. */
const OPENERS = 8;

/** workerd takes objects out of memory that had nothing to do for ten seconds. */
const REST_MS = 15_000;

/**
 * Opens sessions, then streams (GET) on as many of them, and reads the memory of workerd on the way;
 * and once more when the streams are closed and the objects had time to leave.
 *
 * @returns undefined where the system does not tell how much memory a process has.
 */
export async function measureMemory(
  servers: Servers,
  subject: SubjectName,
  { sessions, streams, rests }: Plan["memory"],
): Promise<MemoryGrowth | undefined> {
  if ((await servers.usage.residentBytes()) === undefined) return undefined;
  const http = new HttpClient(servers.origin(subject), OPENERS + Math.max(...streams));
  const mcp = new McpClient(http, servers.accessToken(subject));
  const open: string[] = [];
  const closers: (() => void)[] = [];
  const steps: MemoryStep[] = [];
  const note = async (at: MemoryStep["at"]) => {
    const residentMiB = ((await servers.usage.residentBytes()) ?? Number.NaN) / 1_024 ** 2;
    steps.push({ at, sessions: open.length, streams: closers.length, residentMiB });
  };
  try {
    // What the first request loads is no growth.
    await mcp.endSession(await mcp.openSession());
    await note("open");
    for (const number of sessions) {
      await grow(open, number, () => mcp.openSession());
      await note("open");
    }
    for (const number of streams) {
      await grow(closers, number, (index) => mcp.listen(open[index] ?? ""));
      await note("open");
    }
    if (rests) {
      for (const close of closers.splice(0)) close();
      await delay(REST_MS);
      await note("after a rest");
    }
    return { subject, steps };
  } finally {
    for (const close of closers) close();
    http.close();
  }
}

/** Makes more items until there are so many. */
async function grow<Item>(
  items: Item[],
  length: number,
  make: (index: number) => Promise<Item>,
): Promise<void> {
  let next = items.length;
  const maker = async () => {
    while (next < length) items.push(await make(next++));
  };
  await Promise.all(Array.from({ length: OPENERS }, maker));
}
