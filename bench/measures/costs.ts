import type { SubjectName } from "../servers/subjects.ts";
import type { CountedOperation, OperationCounts } from "./counts.ts";
import { type Cost, costOf, type Usage, usageOf } from "./prices.ts";
import type { Timing } from "./rounds.ts";

export type Lane = "session" | "stateless";

/** What something costs at one Worker, in US dollars at list prices. */
export type CostRow = Cost & {
  readonly subject: SubjectName;
  readonly lane: Lane;
  readonly of: "a million calls" | "a million sessions" | "a month of 1,000 clients";
};

type Shares = { readonly [operation in CountedOperation]?: number };

/** On each of 22 working days a client has one session, calls 100 tools, and lists them 5 times. */
const WORKING_DAYS = 22;
const SESSION_MONTH: Shares = {
  "sign-in": 1,
  "session-start": WORKING_DAYS,
  "session-call": WORKING_DAYS * 100,
  "session-list": WORKING_DAYS * 5,
  "session-end": WORKING_DAYS,
  // An access token lasts an hour.
  refresh: WORKING_DAYS * 8,
};
const STATELESS_MONTH: Shares = {
  "sign-in": 1,
  "stateless-call": WORKING_DAYS * 100,
  "stateless-list": WORKING_DAYS * 5,
  refresh: WORKING_DAYS * 8,
};

const lanes: readonly { subject: SubjectName; lane: Lane }[] = [
  { subject: "gatehouse", lane: "session" },
  { subject: "mcp-agent", lane: "session" },
  { subject: "gatehouse", lane: "stateless" },
  { subject: "mcp-handler", lane: "stateless" },
];

/** Computes all costs from what was counted and timed. */
export function costRows(
  counts: readonly OperationCounts[],
  timings: readonly Timing[],
): CostRow[] {
  return lanes.flatMap(({ subject, lane }) => {
    const costFor = (of: CostRow["of"], shares: Shares, times: number): CostRow => {
      const usage = usageOf(
        counts
          .filter((each) => each.subject === subject)
          .map((each) => ({
            usage: usageOfOperation(each, timings),
            times: (shares[each.operation] ?? 0) * times,
          })),
      );
      return { subject, lane, of, ...costOf(usage) };
    };
    return lane === "session"
      ? [
          costFor("a million calls", { "session-call": 1 }, 1_000_000),
          costFor("a million sessions", { "session-start": 1, "session-end": 1 }, 1_000_000),
          costFor("a month of 1,000 clients", SESSION_MONTH, 1_000),
        ]
      : [
          costFor("a million calls", { "stateless-call": 1 }, 1_000_000),
          costFor("a month of 1,000 clients", STATELESS_MONTH, 1_000),
        ];
  });
}

/** An object is billed as 128 MB, of 1,000 a GB. */
const OBJECT_GB = 0.128;

/**
 * What was counted, and the time of what was timed too. The object is taken to be at work for as long
 * as a client waits that is alone: less than that, in truth.
 */
function usageOfOperation(
  { subject, operation, counts }: OperationCounts,
  timings: readonly Timing[],
): Usage {
  const timed = timings.filter(
    (timing) => timing.subject === subject && timing.operation === operation,
  );
  const [alone] = timed.toSorted((a, b) => a.connections - b.connections);
  const busiest = timed.at(-1);
  const objectSeconds = counts.objectRequests > 0 ? (alone?.p50Ms ?? 0) / 1_000 : 0;
  return {
    ...counts,
    cpuMs: busiest?.cpuMs ?? 0,
    objectGbSeconds: objectSeconds * OBJECT_GB,
  };
}
