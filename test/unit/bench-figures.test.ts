import { describe, expect, it } from "vitest";
import { costOf, priceList, usageOf } from "../../bench/measures/prices.ts";
import { median, percentile } from "../../bench/measures/statistics.ts";

describe("percentiles", () => {
  const hundred = Float64Array.from({ length: 100 }, (_, index) => index + 1);

  it("are values that were measured, by nearest rank", () => {
    expect(percentile(hundred, 50)).toBe(50);
    expect(percentile(hundred, 99)).toBe(99);
    expect(percentile(hundred, 100)).toBe(100);
    expect(percentile(Float64Array.of(7), 99)).toBe(7);
    expect(percentile(Float64Array.of(1, 2), 50)).toBe(1);
    expect(percentile(Float64Array.of(1, 2), 51)).toBe(2);
  });

  it("of nothing are not a number", () => {
    expect(percentile(new Float64Array(), 50)).toBeNaN();
    expect(median([])).toBeNaN();
  });

  it("the median of rounds does not depend on their order", () => {
    expect(median([10, 2, 9])).toBe(9);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});

describe("costs", () => {
  it("are what the documentation's own examples come to, beyond what is included", () => {
    // Workers, example 1: 15 million requests of 7 ms, of which 10 million and 30 million ms are included.
    const workers = costOf({ workerRequests: 5_000_000, cpuMs: 75_000_000 });
    expect(workers.parts.requests).toBeCloseTo(1.5);
    expect(workers.parts.CPU).toBeCloseTo(1.5);
    expect(workers.dollars).toBeCloseTo(3);
  });

  it("bill twenty messages of a WebSocket as one request of an object", () => {
    expect(costOf({ objectMessages: 20_000_000 }).dollars).toBeCloseTo(
      costOf({ objectRequests: 1_000_000 }).dollars,
    );
  });

  it("add up by part", () => {
    const { dollars, parts } = costOf({
      kvReads: 1_000_000,
      kvWrites: 1_000_000,
      objectRowsWritten: 2_000_000,
    });
    expect(parts).toMatchObject({ KV: 5.5, rows: 2, requests: 0, objects: 0 });
    expect(dollars).toBeCloseTo(7.5);
  });

  it("multiply and add usage, item by item", () => {
    expect(
      usageOf([
        { usage: { kvReads: 1, cpuMs: 2 }, times: 3 },
        { usage: { kvReads: 10 }, times: 2 },
        { usage: { kvWrites: 5 }, times: 0 },
      ]),
    ).toEqual({ kvReads: 23, cpuMs: 6, kvWrites: 0 });
  });

  it("say of when the prices are, and where they are published", () => {
    expect(priceList.asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
    for (const source of priceList.sources) {
      expect(new URL(source).hostname).toBe("developers.cloudflare.com");
    }
  });
});
