import { operations } from "../client/cases.ts";
import type { Lane } from "../measures/costs.ts";
import type { CountedOperation } from "../measures/counts.ts";
import type { Results } from "../measures/results.ts";
import { comparisons, timesRateOf, timingOf } from "./comparisons.ts";

/** This server's targets, and what was measured. Missing one does not fail the run. */
export type Target = {
  readonly what: string;
  readonly wanted: number;
  readonly found: number;
  /** Whether less is better. */
  readonly atMost: boolean;
};

/** At how many connections rates are compared. */
const CONNECTIONS = 16;

/** The targets that this run has measured. */
export function targetsOf(results: Results): Target[] {
  return [
    ...rates(results),
    ...tails(results),
    atMost("object requests of a call in a session", 1, counted(results, "objectRequests")),
    atMost("rows written by a call in a session", 0, counted(results, "objectRowsWritten")),
    atMost(
      "rows written by a client's session",
      8,
      counted(results, "objectRowsWritten", "session-whole"),
    ),
    atMost("dollars for a million calls, stateless", 1, dollars(results, "stateless")),
    atMost("dollars for a million calls in sessions", 1.3, dollars(results, "session")),
    atMost("KiB of the bundle, gzipped", 350, startUp(results)?.gzipKiB),
    atMost("ms of CPU to start", 60, startUp(results)?.activeMs),
  ].filter(({ found }) => !Number.isNaN(found));
}

export function isReached({ wanted, found, atMost }: Target): boolean {
  return atMost ? found <= wanted : found >= wanted;
}

function rates({ timings }: Results): Target[] {
  const wanted = new Map([
    ["session-call", 3],
    ["session-start", 4],
    ["stateless-call", 2],
  ]);
  return comparisons(timings).flatMap(({ operation, connections, ours, peer }) => {
    const times = wanted.get(operation);
    if (times === undefined || connections !== CONNECTIONS) return [];
    const what = `times the peer's rate: ${operations[operation]}`;
    return [{ what, wanted: times, found: timesRateOf(ours, peer), atMost: false }];
  });
}

/** With four times the connections, the tail is to be no longer than the peer's. */
function tails({ timings }: Results): Target[] {
  return comparisons(timings).flatMap(({ operation, connections, ours, peer }) => {
    const calm = timingOf(timings, operation, peer.subject, CONNECTIONS);
    if (connections !== 64 || calm === undefined) return [];
    const what = `ms, p99 at 64 connections: ${operations[operation]}`;
    return [atMost(what, calm.p99Ms, ours.p99Ms)];
  });
}

function atMost(what: string, wanted: number, found = Number.NaN): Target {
  return { what, wanted, found, atMost: true };
}

function counted(
  { counts }: Results,
  name: "objectRequests" | "objectRowsWritten",
  of: CountedOperation = "session-call",
): number | undefined {
  return counts.find(({ subject, operation }) => subject === "gatehouse" && operation === of)
    ?.counts[name];
}

function dollars({ costs }: Results, lane: Lane): number | undefined {
  return costs.find(
    (cost) => cost.subject === "gatehouse" && cost.lane === lane && cost.of === "a million calls",
  )?.dollars;
}

function startUp({ startUps }: Results) {
  return startUps.find(({ subject }) => subject === "gatehouse");
}
