import { describe, expect, it } from "vitest";
import { ToolError } from "../../../engine/tools/define-tool";
import { resolveTimeframe } from "../timeframe";

const NOW = Date.parse("2026-02-10T12:00:00Z");
const MINUTE = 60_000;

/** How long a timeframe that ends now is, in minutes. */
function minutes(argument: string): number {
  const { from, to } = resolveTimeframe(argument, NOW);
  expect(to).toBe(NOW);
  return (to - from) / MINUTE;
}

describe("a relative timeframe", () => {
  it.each([
    ["last 30 minutes", 30],
    ["Last 30 Minutes", 30],
    ["the last 30 mins", 30],
    ["past 30 min", 30],
    ["30m", 30],
    ["-30m", 30],
    ["30 minutes ago", 30],
    ["last hour", 60],
    ["last 1 hour", 60],
    ["  last 2 hrs ", 120],
    ["90 seconds", 1.5],
    ["last day", 1_440],
    ["last 24 hours", 1_440],
    ["7d", 10_080],
    ["last week", 10_080],
  ])("%j is %d minutes", (text, expected) => {
    expect(minutes(text)).toBe(expected);
  });

  it.each(["", "yesterday", "last", "last 5", "last month", "1 month", "last -5 minutes", "1.5h"])(
    "%j is not understood, and the model is told what is",
    (text) => {
      expect(() => resolveTimeframe(text, NOW)).toThrow(ToolError);
      expect(() => resolveTimeframe(text, NOW)).toThrow('Write it like "last 30 minutes"');
    },
  );
});

describe("a timeframe from and to", () => {
  const ends = (from: string | number, to?: string | number) => {
    const timeframe = resolveTimeframe({ from, ...(to !== undefined && { to }) }, NOW);
    return [timeframe.from, timeframe.to].map((ms) => new Date(ms).toISOString());
  };

  it.each([
    ["2026-02-10T08:00:00Z", "2026-02-10T09:30:00.250Z"],
    ["2026-02-10T08:00:00", "2026-02-10T09:30:00.25"],
    ["2026-02-10 08:00", "2026-02-10 09:30:00,250"],
    ["2026-02-10T10:00:00+02:00", "2026-02-10T04:30:00.250-05:00"],
    [1_770_710_400_000, 1_770_715_800_250],
    ["1770710400000", "1770715800250"],
  ])("takes %j and %j", (from, to) => {
    expect(ends(from, to)).toEqual(["2026-02-10T08:00:00.000Z", "2026-02-10T09:30:00.250Z"]);
  });

  it("ends now unless told, and takes a day as its beginning", () => {
    expect(ends("2026-02-09")).toEqual(["2026-02-09T00:00:00.000Z", "2026-02-10T12:00:00.000Z"]);
  });

  it.each([
    [{ from: "2026-02-10T09:00:00Z", to: "2026-02-10T08:00:00Z" }, "earlier than"],
    [{ from: "2026-02-10T08:00:00Z", to: "2026-02-10T08:00:00Z" }, "earlier than"],
    [{ from: "2026-02-11T08:00:00Z", to: "2026-02-11T09:00:00Z" }, "2026-02-10T12:00:00.000Z now"],
    [{ from: "2026-01-01T00:00:00Z" }, "must be 2026-02-03T12:00:00.000Z or later"],
    [{ from: "2026-13-01T00:00:00Z" }, "is not an instant"],
    [{ from: "noon" }, "is not an instant"],
    [{ from: 1_770_710_400 }, "add three digits"],
    [{ from: Number.POSITIVE_INFINITY }, "not a plausible instant"],
    ["last 8 days", "logs are kept for 7 days"],
    ["0m", "earlier than"],
  ])("refuses %j and says why", (argument, why) => {
    expect(() => resolveTimeframe(argument, NOW)).toThrow(ToolError);
    expect(() => resolveTimeframe(argument, NOW)).toThrow(why);
  });
});
