import { setTimeout as delay } from "node:timers/promises";
import { HttpClient } from "../client/http-client.ts";
import { McpClient } from "../client/mcp-client.ts";
import type { Servers } from "../servers/servers.ts";
import { obtainTokens, refreshTokens } from "../servers/sign-in.ts";
import { mcpSubjects, type SubjectName } from "../servers/subjects.ts";
import { COUNTS_PATH, type Counts, countsSchema } from "../workers/counting/counts.ts";

/** What is counted: what is timed, and what else a client does in the course of a month. */
export type CountedOperation =
  | "session-start"
  | "session-call"
  | "session-list"
  | "session-end"
  | "session-whole"
  | "stateless-call"
  | "stateless-list"
  | "sign-in"
  | "refresh";

/** What one operation of a Worker does to its bindings: the mean of several. */
export type OperationCounts = {
  readonly subject: SubjectName;
  readonly operation: CountedOperation;
  readonly counts: Counts;
};

/**
 * Counts what each operation does, in builds that are made for it (workers/counting).
 *
 * @param times how often each is done.
 */
export async function countOperations(servers: Servers, times: number): Promise<OperationCounts[]> {
  // Side by side: each Worker has counts of its own, and no time is taken.
  const all = await Promise.all(
    mcpSubjects.map(({ name }) => countOperationsOf(name, servers, times)),
  );
  return all.flat();
}

async function countOperationsOf(
  name: SubjectName,
  servers: Servers,
  times: number,
): Promise<OperationCounts[]> {
  const all: OperationCounts[] = [];
  // The second is for a stream.
  const http = new HttpClient(servers.origin(name), 2);
  try {
    const operations = await operationsOf(name, http, servers);
    // Once before it counts: the first time may make what later ones find.
    for (const perform of operations.values()) await perform();
    await settled(http);
    for (const [operation, perform] of operations) {
      all.push({ subject: name, operation, counts: await countsOf(http, perform, times) });
    }
    return all;
  } finally {
    http.close();
  }
}

type Perform = () => Promise<unknown>;

async function operationsOf(
  name: SubjectName,
  http: HttpClient,
  servers: Servers,
): Promise<ReadonlyMap<CountedOperation, Perform>> {
  const origin = servers.origin(name);
  const mcp = new McpClient(http, servers.accessToken(name));
  let tokens = await obtainTokens(origin);
  const operations = new Map<CountedOperation, Perform>([
    ["sign-in", () => obtainTokens(origin)],
    [
      "refresh",
      async () => {
        tokens = await refreshTokens(origin, tokens);
      },
    ],
  ]);
  if (name !== "mcp-agent") {
    operations.set("stateless-call", () => mcp.callStatelessly());
    operations.set("stateless-list", () => mcp.listStatelessly());
  }
  if (name !== "mcp-handler") {
    const sessionId = await mcp.openSession();
    const opened: string[] = [];
    operations.set("session-call", () => mcp.callInSession(sessionId));
    operations.set("session-list", () => mcp.listInSession(sessionId));
    operations.set("session-start", async () => opened.push(await mcp.openSession()));
    // Counted after those above were begun, so that there are as many.
    operations.set("session-whole", () => mcp.wholeSession());
    operations.set("session-end", async () => mcp.endSession(opened.pop() ?? ""));
  }
  return operations;
}

async function countsOf(http: HttpClient, perform: Perform, times: number): Promise<Counts> {
  await http.send({ method: "DELETE", path: COUNTS_PATH });
  for (let time = 0; time < times; time++) await perform();
  const total = await settled(http);
  return countsSchema.parse(
    Object.fromEntries(Object.entries(total).map(([name, count]) => [name, count / times])),
  );
}

/** Longer than what a Worker gathers before it stores it: the audit of Gatehouse does for a second. */
const STILL_MS = 1_300;
const SETTLED_WITHIN_MS = 10_000;

/** The counts, once they no longer change: a Worker may have work to do after it has answered. */
async function settled(http: HttpClient): Promise<Counts> {
  const deadlineMs = performance.now() + SETTLED_WITHIN_MS;
  let before = "";
  while (performance.now() < deadlineMs) {
    const { body } = await http.send({ method: "GET", path: COUNTS_PATH });
    if (body === before) return countsSchema.parse(JSON.parse(body));
    before = body;
    await delay(STILL_MS);
  }
  throw new Error(`What is counted still changes after ${SETTLED_WITHIN_MS / 1_000} seconds`);
}
