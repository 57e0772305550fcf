import type { OperationName } from "../client/cases.ts";
import type { Timing } from "../measures/rounds.ts";
import { median } from "../measures/statistics.ts";
import type { SubjectName } from "../servers/subjects.ts";

/** This server beside what people would use instead, for one operation. */
export type Comparison = {
  readonly operation: OperationName;
  readonly connections: number;
  readonly ours: Timing;
  readonly peer: Timing;
};

/** The peer that has the operation too. */
const peers: readonly (readonly [OperationName, SubjectName])[] = [
  ["session-call", "mcp-agent"],
  ["session-start", "mcp-agent"],
  ["session-whole", "mcp-agent"],
  ["session-list", "mcp-agent"],
  ["stateless-call", "mcp-handler"],
  ["stateless-list", "mcp-handler"],
];

export const floorOperations = ["hello", "object", "new-object", "kv", "token-check"] as const;

/** Every operation that has a peer, at each number of connections that was measured. */
export function comparisons(timings: readonly Timing[]): Comparison[] {
  return peers.flatMap(([operation, peer]) =>
    timings
      .filter((timing) => timing.operation === operation && timing.subject === "gatehouse")
      .flatMap((ours): Comparison[] => {
        const { connections } = ours;
        const theirs = timingOf(timings, operation, peer, connections);
        return theirs === undefined ? [] : [{ operation, connections, ours, peer: theirs }];
      }),
  );
}

/** What was measured of one operation of one Worker; undefined when it was not. */
export function timingOf(
  timings: readonly Timing[],
  operation: OperationName,
  subject: SubjectName,
  connections: number,
): Timing | undefined {
  return timings.find(
    (timing) =>
      timing.operation === operation &&
      timing.subject === subject &&
      timing.connections === connections,
  );
}

/** What was measured of a floor. */
export function floorOf(
  timings: readonly Timing[],
  floor: (typeof floorOperations)[number],
  connections: number,
): Timing | undefined {
  return timings.find((timing) => timing.operation === floor && timing.connections === connections);
}

/**
 * How many times the other's rate: the median of what it was in each round. Cases of one operation have
 * their turns one after the other, so this depends less than the rates on what else the machine did.
 */
export function timesRateOf(timing: Timing, other: Timing): number {
  return median(
    timing.perSecondByRound.map(
      (rate, round) => rate / (other.perSecondByRound[round] ?? Number.NaN),
    ),
  );
}
