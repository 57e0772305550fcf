import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import type { CallReport } from "../../src/engine/audit/call-report";
import { type Metrics, writeCallMetrics } from "../../src/engine/telemetry/call-metrics";

const call: CallReport = {
  tool: "save_note",
  readOnly: false,
  outcome: "error",
  code: "cart_empty",
  milliseconds: 12,
  argumentsHash: "of the arguments",
  safeArguments: { kind: "of the arguments" },
};
const source = { era: "session", client: "cursor", clientId: "client-1" } as const;

let warn: MockInstance<typeof console.warn>;
beforeEach(() => {
  warn = vi.spyOn(console, "warn").mockReturnValue();
});
afterEach(() => warn.mockRestore());

/** Analytics Engine as its documentation has it; miniflare's takes everything and tells nothing. */
function dataset() {
  const points: AnalyticsEngineDataPoint[] = [];
  const METRICS: AnalyticsEngineDataset = {
    writeDataPoint(point = {}) {
      const { indexes = [], blobs = [], doubles = [] } = point;
      if (indexes.length > 1 || blobs.length > 20 || doubles.length > 20)
        throw new TypeError("Too many");
      if (indexes.some((index) => String(index).length > 96)) throw new TypeError("Too long");
      points.push(point);
    },
  };
  return { points, METRICS };
}

describe("the data point of a call", () => {
  it("has what docs/operations.md says, where it says it", () => {
    const { points, METRICS } = dataset();
    writeCallMetrics({ METRICS }, call, source);
    expect(points).toEqual([
      {
        indexes: ["save_note"],
        blobs: ["save_note", "error", "session", "cursor", "client-1", "write", "cart_empty"],
        doubles: [12],
      },
    ]);
  });

  it("is of a bounded size", () => {
    const { points, METRICS } = dataset();
    const clientId = `https://client.example/${"x".repeat(10_000)}`;
    writeCallMetrics({ METRICS }, call, { ...source, clientId });
    expect(JSON.stringify(points).length).toBeLessThan(500);
    expect(warn).not.toHaveBeenCalled();
  });

  it("is left out where there is no dataset", () => {
    const none: Metrics = {};
    writeCallMetrics(none, call, source);
    expect(warn).not.toHaveBeenCalled();
  });

  it("never fails the call", () => {
    const { METRICS } = dataset();
    writeCallMetrics({ METRICS }, { ...call, tool: "x".repeat(97) }, source);
    expect(warn.mock.calls).toEqual([[{ event: "metrics_failed", error: "TypeError: Too long" }]]);
  });
});
