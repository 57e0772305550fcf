import { operations } from "../client/cases.ts";
import type { Timing } from "../measures/rounds.ts";
import { subjects } from "../servers/subjects.ts";
import { comparisons, floorOf, floorOperations, timesRateOf } from "./comparisons.ts";
import { figure, textTable } from "./text-table.ts";

/** Above this the client may be what is slow. */
const CLIENT_BUSY = 0.9;

export function timingTable(timings: readonly Timing[]): string {
  const table = textTable(
    ["operation", "Worker", "connections", "per second", "p50 ms", "p99 ms", "CPU ms"],
    timings.map((timing) => [
      operations[timing.operation],
      subjects[timing.subject].title,
      String(timing.connections),
      figure(timing.perSecond, timing.perSecond < 100 ? 1 : 0) +
        (timing.clientBusy > CLIENT_BUSY ? "*" : ""),
      figure(timing.p50Ms, 2),
      figure(timing.p99Ms, 2),
      figure(timing.cpuMs, 3),
    ]),
    2,
  );
  const notes = [
    "per second: median of the rounds. CPU: of the whole workerd, for one operation.",
    ...(timings.some(({ clientBusy }) => clientBusy > CLIENT_BUSY)
      ? ["* the client was busy more than 90 % of the time: it may be what was measured."]
      : []),
    ...(timings.some(({ cpuMs }) => cpuMs === null)
      ? ["CPU is not available here: there is no /proc for workerd."]
      : []),
  ];
  return `${table}\n${notes.join("\n")}`;
}

/** How many times the peer's rate is reached, and what share of each floor's. */
export function ratioTable(timings: readonly Timing[]): string {
  return textTable(
    ["operation", "peer", "connections", "× peer", "p99 / peer's", "CPU / peer's"].concat(
      floorOperations.map((floor) => `% of ${operations[floor]}`),
    ),
    comparisons(timings).map(({ operation, connections, ours, peer }) => [
      operations[operation],
      subjects[peer.subject].title,
      String(connections),
      figure(timesRateOf(ours, peer), 2),
      figure(ours.p99Ms / peer.p99Ms, 2),
      figure((ours.cpuMs ?? Number.NaN) / (peer.cpuMs ?? Number.NaN), 2),
      ...floorOperations.map((floor) => {
        const timing = floorOf(timings, floor, connections);
        return figure(timing && timesRateOf(ours, timing) * 100, 1);
      }),
    ]),
    2,
  );
}
