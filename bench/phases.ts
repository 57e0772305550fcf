import { join } from "node:path";
import { costRows } from "./measures/costs.ts";
import { countOperations, type OperationCounts } from "./measures/counts.ts";
import { describeMachine } from "./measures/machine.ts";
import { type MemoryGrowth, measureMemory } from "./measures/memory.ts";
import { priceList } from "./measures/prices.ts";
import type { Results } from "./measures/results.ts";
import { measureRounds, warmUp } from "./measures/rounds.ts";
import { measureStartUp, type StartUp } from "./measures/startup.ts";
import type { Plan } from "./plan.ts";
import { type Build, buildWorker } from "./servers/build.ts";
import { type Servers, startServers } from "./servers/servers.ts";
import { mcpSubjects, subjects } from "./servers/subjects.ts";
import { within } from "./within.ts";

/**
 * Carries out a plan, one phase after the other, each bounded in time.
 *
 * @param folder is empty, and gets what is built.
 * @param say gets progress messages.
 * @throws Error when something cannot be built, gets a wrong answer, or takes too long.
 */
export async function runPhases(
  plan: Plan,
  folder: string,
  say: (line: string) => void,
): Promise<Results> {
  const machine = await describeMachine();
  const phase = <Result>(what: string, work: () => Promise<Result>) => {
    say(`${what} …`);
    return within(what, plan.phaseLimitMs, work());
  };
  const builds = await phase("Building", () => buildTimed(join(folder, "timed")));
  const timings = await phase("Measuring", () =>
    withServers(builds, async (servers) => {
      await warmUp(servers, plan);
      return measureRounds(servers, plan, (round) => say(`  round ${round} of ${plan.rounds}`));
    }),
  );
  const counts = await phase("Counting", () => count(plan, join(folder, "counting")));
  const startUps = await phase("Profiling starts", () =>
    start(join(folder, "deployed"), plan.startUps),
  );
  const memory = await phase("Filling memory", () => fill(builds, plan));
  const costs = costRows(counts, timings);
  return { machine, plan, timings, counts, priceList, costs, startUps, memory };
}

function buildTimed(folder: string): Promise<Build[]> {
  return Promise.all(
    Object.values(subjects).map((subject) => buildWorker(subject, folder, subject.timedEntry)),
  );
}

async function count(plan: Plan, folder: string): Promise<OperationCounts[]> {
  const builds = await Promise.all(
    mcpSubjects.map((subject) => buildWorker(subject, folder, subject.countingEntry)),
  );
  return withServers(builds, (servers) => countOperations(servers, plan.countedOperations));
}

/** Of the deployed build, without a byte of the benchmark. */
async function start(folder: string, times: number): Promise<StartUp[]> {
  const builds = await Promise.all(mcpSubjects.map((subject) => buildWorker(subject, folder)));
  return inTurn(builds, (build) => measureStartUp(build, folder, times));
}

/** Each Worker has a workerd of its own, so that only its memory is read. */
async function fill(builds: readonly Build[], plan: Plan): Promise<MemoryGrowth[]> {
  const withSessions = builds.filter(({ subject: { name } }) =>
    ["gatehouse", "mcp-agent"].includes(name),
  );
  return inTurn(withSessions, (build) =>
    withServers([build], (servers) => measureMemory(servers, build.subject.name, plan.memory), {
      inspected: true,
    }),
  );
}

async function withServers<Result>(
  builds: readonly Build[],
  use: (servers: Servers) => Promise<Result>,
  options?: { inspected: boolean },
): Promise<Result> {
  const servers = await startServers(builds, options);
  try {
    return await use(servers);
  } finally {
    await servers.stop();
  }
}

/** One after the other: side by side they would only disturb each other. */
async function inTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}
