import { setTimeout as delay } from "node:timers/promises";
import { HttpClient } from "../client/http-client.ts";
import { McpClient } from "../client/mcp-client.ts";
import type { Plan } from "../plan.ts";
import { isolateHeapBytes } from "../servers/isolate-heap.ts";
import type { Servers } from "../servers/servers.ts";
import type { SubjectName } from "../servers/subjects.ts";

/** The memory of a workerd at one moment. */
export type MemoryStep = {
  readonly at: "open" | "after a rest";
  readonly sessions: number;
  readonly streams: number;
  /** Of the whole process; null if the system does not provide it. */
  readonly residentMiB: number | null;
  /** Of V8's heap in the Worker's isolate, with what is garbage and not yet collected. */
  readonly heapMiB: number | null;
};

/** How a workerd that runs one Worker grows with its open sessions. */
export type MemoryGrowth = { readonly subject: SubjectName; readonly steps: readonly MemoryStep[] };

/** Sessions are opened by several clients at once, as fast as they go. */
const OPENERS = 8;

/** workerd takes objects out of memory that had nothing to do for ten seconds. */
const REST_MS = 15_000;

/**
 * Opens sessions, then streams (GET) on as many of them, and reads the memory of workerd on the way;
 * and once more when the streams are closed and the objects had time to leave.
 */
export async function measureMemory(
  servers: Servers,
  subject: SubjectName,
  { sessions, streams, rests }: Plan["memory"],
): Promise<MemoryGrowth> {
  const http = new HttpClient(servers.origin(subject), OPENERS + Math.max(...streams));
  const mcp = new McpClient(http, servers.accessToken(subject));
  const open: string[] = [];
  const closers: (() => void)[] = [];
  const steps: MemoryStep[] = [];
  const note = async (at: MemoryStep["at"]) => {
    const { usage, inspector } = servers;
    steps.push({
      ...{ at, sessions: open.length, streams: closers.length },
      residentMiB: inMiB(await usage.residentBytes()),
      heapMiB: inMiB(inspector && (await isolateHeapBytes(inspector, subject))),
    });
  };
  try {
    // What the first request loads does not count as growth.
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

function inMiB(bytes: number | undefined): number | null {
  return bytes === undefined ? null : bytes / 1_024 ** 2;
}

/** Makes items until there are that many. */
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
