import { expect, it } from "vitest";
import { costRows } from "../../bench/measures/costs.ts";
import type { OperationCounts } from "../../bench/measures/counts.ts";
import { priceList } from "../../bench/measures/prices.ts";
import type { Results } from "../../bench/measures/results.ts";
import type { Timing } from "../../bench/measures/rounds.ts";
import { plans } from "../../bench/plan.ts";
import { chart } from "../../bench/report/chart.ts";
import { timesRateOf } from "../../bench/report/comparisons.ts";
import { report } from "../../bench/report/report.ts";
import { isReached, targetsOf } from "../../bench/report/targets.ts";

function timing(
  operation: Timing["operation"],
  subject: Timing["subject"],
  connections: number,
  perSecond: number,
): Timing {
  return {
    ...{ operation, subject, connections, perSecond, perSecondByRound: [perSecond] },
    ...{ p50Ms: 2, p99Ms: connections, cpuMs: 1, clientBusy: 0.5, operations: 100 },
  };
}

function counted(
  subject: OperationCounts["subject"],
  operation: OperationCounts["operation"],
  counts: Partial<OperationCounts["counts"]>,
): OperationCounts {
  const none = {
    ...{ workerRequests: 1, kvReads: 1, kvWrites: 0, kvDeletes: 0, kvLists: 0 },
    ...{ objectRequests: 0, objectMessages: 0, objectRowsRead: 0, objectRowsWritten: 0 },
    ...{ d1Statements: 0, d1RowsRead: 0, d1RowsWritten: 0 },
  };
  return { subject, operation, counts: { ...none, ...counts } };
}

function results(change: Partial<Results> = {}): Results {
  const timings = [
    timing("session-call", "gatehouse", 16, 1_500),
    timing("session-call", "mcp-agent", 16, 500),
    timing("session-call", "gatehouse", 64, 1_500),
    timing("session-call", "mcp-agent", 64, 500),
    timing("stateless-call", "gatehouse", 16, 1_200),
    timing("stateless-call", "mcp-handler", 16, 800),
    timing("token-check", "token-check", 16, 2_000),
  ];
  const counts = [
    counted("gatehouse", "session-call", { objectRequests: 1 }),
    counted("mcp-agent", "session-call", { objectRequests: 3, objectRowsWritten: 4 }),
    counted("gatehouse", "stateless-call", {}),
  ];
  return {
    machine: {
      ...{ date: "2026-01-02T03:04:05.000Z", commit: "abc", cpu: "a CPU", cores: 2 },
      ...{ memoryGiB: 8, system: "Linux 1", loadBefore: 0, versions: { workerd: "1" } },
    },
    plan: plans.quick,
    ...{ timings, counts, priceList, costs: costRows(counts, timings) },
    startUps: [
      {
        ...{ subject: "gatehouse", uploadKiB: 1_000, gzipKiB: 400, activeMs: 50 },
        activeMsOfEach: [50],
      },
    ],
    memory: [
      {
        subject: "gatehouse",
        steps: [{ at: "open", sessions: 0, streams: 0, residentMiB: null, heapMiB: 12 }],
      },
    ],
    ...change,
  };
}

/** The elements of a document that are not closed, or closed without having been opened. */
function unbalanced(xml: string): string[] {
  const open: string[] = [];
  for (const [, end, name = "", selfClosing] of xml.matchAll(/<(\/?)([a-z]+)\b[^<>]*?(\/?)>/g)) {
    if (selfClosing === "/") continue;
    if (end !== "/") open.push(name);
    else if (open.pop() !== name) return [name];
  }
  return open;
}

it("the chart is well-formed and complete, for light pages and dark ones", () => {
  const svg = chart(results(), 16);
  expect(unbalanced(svg)).toEqual([]);
  expect(svg.replaceAll(/<[^<>]*>/g, "")).not.toMatch(/[<>]|&(?!amp;|lt;)/);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  expect(svg).toContain("prefers-color-scheme: dark");
  expect(svg).not.toMatch(/(?:href|url|@import)/);
  expect(svg).toContain("1,500 Gatehouse, 3.0×");
  expect(svg).toContain("2,000 and nothing else");
});

it("a report has what was found, and says what could not be", () => {
  const text = report(results());
  expect(text).toMatch(/tools\/call in a session +stock McpAgent +16 +3\.00/);
  expect(text).toMatch(/Gatehouse +open +0 +0 +- +12\.0/);
  expect(text).not.toMatch(/NaN|undefined|Infinity/);
  const withoutCpu = results().timings.map((each) => ({ ...each, cpuMs: null }));
  expect(report(results({ timings: withoutCpu }))).toContain("CPU is not available here");
});

it("a report marks rates at which the client may be what was measured", () => {
  const [first, ...rest] = results().timings;
  const busy = first === undefined ? [] : [{ ...first, clientBusy: 0.95 }, ...rest];
  expect(report(results({ timings: busy }))).toContain("1,500*");
  expect(report(results())).not.toContain("1,500*");
});

it("a ratio is the median of the rounds' ratios, which a slow round does not change", () => {
  const [ours, peer] = results().timings;
  if (ours === undefined || peer === undefined) throw new TypeError("There are two");
  const rounds = (perSecondByRound: number[]) => ({ ...ours, perSecondByRound });
  expect(timesRateOf(rounds([300, 30, 300]), rounds([100, 10, 50]))).toBe(3);
});

it("targets are reached or missed, and those that were not measured are left out", () => {
  const targets = targetsOf(results()).map((target) => [target.what, isReached(target)]);
  expect(targets).toEqual([
    ["times the peer's rate: tools/call in a session", true],
    ["times the peer's rate: tools/call, stateless", false],
    ["ms, p99 at 64 connections: tools/call in a session", false],
    ["object requests of a call in a session", true],
    ["rows written by a call in a session", true],
    ["dollars for a million calls, stateless", true],
    ["dollars for a million calls in sessions", true],
    ["KiB of the bundle, gzipped", false],
    ["ms of CPU to start", true],
  ]);
});

it("a million calls cost what their counts and times cost", () => {
  const of = (subject: string, lane: string) =>
    results().costs.find(
      (cost) => cost.subject === subject && cost.lane === lane && cost.of === "a million calls",
    );
  // A request, a read of KV, 1 ms of CPU.
  expect(of("gatehouse", "stateless")?.dollars).toBeCloseTo(0.3 + 0.5 + 0.02);
  // Three requests to an object that is at work for 2 ms, and four rows besides.
  expect(of("mcp-agent", "session")?.dollars).toBeCloseTo(
    0.82 + 3 * 0.15 + 0.002 * 0.128 * 12.5 + 4,
  );
});
