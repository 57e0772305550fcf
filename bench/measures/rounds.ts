import { performance } from "node:perf_hooks";
import { type Case, cases, type OperationName } from "../client/cases.ts";
import { HttpClient } from "../client/http-client.ts";
import type { Plan } from "../plan.ts";
import type { Servers } from "../servers/servers.ts";
import type { SubjectName } from "../servers/subjects.ts";
import type { WorkerdUsage } from "../servers/workerd-usage.ts";
import { median, percentile } from "./statistics.ts";

/** How one operation of one Worker did at one number of connections, over all rounds. */
export type Timing = {
  readonly operation: OperationName;
  readonly subject: SubjectName;
  readonly connections: number;
  /** Operations a second: the median of the rounds, and each of them. */
  readonly perSecond: number;
  readonly perSecondByRound: readonly number[];
  /** Milliseconds, exact, over the operations of all rounds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time of workerd for one operation; null where it cannot be known. */
  readonly cpuMs: number | null;
  /** The share of its time that this process, the client, was busy. Near 1 the client is measured. */
  readonly clientBusy: number;
  readonly operations: number;
};

/** What one case did in one round. */
type Slice = {
  readonly latenciesMs: readonly number[];
  readonly elapsedMs: number;
  readonly cpuMs: number | undefined;
  readonly clientBusy: number;
};

const WARM_UP_CONNECTIONS = 16;

/** Lets every case run for a while, so that the first round meets compiled code. */
export async function warmUp(servers: Servers, plan: Plan): Promise<void> {
  for (const each of cases) await measure(each, servers, WARM_UP_CONNECTIONS, plan.warmUpMs);
}

/**
 * Measures all cases in rounds, interleaved: what else the machine does then meets all alike.
 *
 * @throws WrongAnswer for the first answer that is not right.
 */
export async function measureRounds(
  servers: Servers,
  plan: Plan,
  onRound: (round: number) => void,
): Promise<Timing[]> {
  const slices = new Map<string, Slice[]>();
  for (let round = 0; round < plan.rounds; round++) {
    const order = orderOf(round, plan.rounds);
    for (const connections of plan.connections) {
      for (const each of order) {
        const slice = await measure(each, servers, connections, plan.sliceMs);
        const key = keyOf(each, connections);
        slices.set(key, [...(slices.get(key) ?? []), slice]);
      }
    }
    onRound(round + 1);
  }
  return cases.flatMap((each) =>
    plan.connections.map((connections) =>
      timingOf(each, connections, slices.get(keyOf(each, connections)) ?? []),
    ),
  );
}

/**
 * Each round begins with another case, and every other one goes backwards: what a case leaves behind is
 * not always the same one's to suffer.
 */
function orderOf(round: number, rounds: number): Case[] {
  const first = Math.floor((round * cases.length) / rounds);
  const order = [...cases.slice(first), ...cases.slice(0, first)];
  return round % 2 === 0 ? order : order.toReversed();
}

function keyOf({ operation, subject }: Case, connections: number): string {
  return `${operation} ${subject} ${connections}`;
}

/** A closed loop on each connection: the next operation begins when the last is answered. */
async function measure(
  { subject, connect }: Case,
  servers: Servers,
  connections: number,
  durationMs: number,
): Promise<Slice> {
  // A client's session has a stream open beside its requests.
  const http = new HttpClient(servers.origin(subject), 2 * connections);
  try {
    const steps = await Promise.all(
      Array.from({ length: connections }, () => connect(http, servers.accessToken(subject))),
    );
    // Opens the connections, and wakes what sleeps.
    await Promise.all(steps.map((step) => step()));
    return await timed(steps, durationMs, servers.usage);
  } finally {
    http.close();
  }
}

async function timed(
  steps: readonly (() => Promise<void>)[],
  durationMs: number,
  usage: WorkerdUsage,
): Promise<Slice> {
  const latenciesMs: number[] = [];
  const cpuBeforeMs = await usage.cpuMs();
  const loopBefore = performance.eventLoopUtilization();
  const startedAtMs = performance.now();
  const deadlineMs = startedAtMs + durationMs;
  await Promise.all(
    steps.map(async (step) => {
      let beganAtMs = performance.now();
      while (beganAtMs < deadlineMs) {
        await step();
        const endedAtMs = performance.now();
        latenciesMs.push(endedAtMs - beganAtMs);
        beganAtMs = endedAtMs;
      }
    }),
  );
  const elapsedMs = performance.now() - startedAtMs;
  const clientBusy = performance.eventLoopUtilization(loopBefore).utilization;
  const cpuAfterMs = await usage.cpuMs();
  const cpuMs =
    cpuBeforeMs === undefined || cpuAfterMs === undefined ? undefined : cpuAfterMs - cpuBeforeMs;
  return { latenciesMs, elapsedMs, cpuMs, clientBusy };
}

function timingOf(
  { operation, subject }: Case,
  connections: number,
  slices: readonly Slice[],
): Timing {
  const sorted = Float64Array.from(slices.flatMap((slice) => slice.latenciesMs)).sort();
  const perSecondByRound = slices.map(
    ({ latenciesMs, elapsedMs }) => (latenciesMs.length / elapsedMs) * 1_000,
  );
  const cpuMs = slices.reduce((sum, slice) => sum + (slice.cpuMs ?? Number.NaN), 0);
  return {
    operation,
    subject,
    connections,
    perSecond: median(perSecondByRound),
    perSecondByRound,
    p50Ms: percentile(sorted, 50),
    p99Ms: percentile(sorted, 99),
    cpuMs: Number.isNaN(cpuMs) ? null : cpuMs / sorted.length,
    clientBusy: Math.max(...slices.map((slice) => slice.clientBusy)),
    operations: sorted.length,
  };
}
