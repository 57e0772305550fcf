import { beforeAll, describe, expect, inject, it } from "vitest";
import { requiredScenarios, runSuite, type SuiteRun, shortcomings } from "./suite.ts";

const revisions = await Promise.all(
  [
    { revision: "2025-11-25", count: 30 },
    { revision: "2026-07-28", count: 37 },
  ].map(async (set) => ({ ...set, required: await requiredScenarios(set.revision) })),
);

describe.each(revisions)("MCP $revision", ({ revision, count, required }) => {
  let run: SuiteRun;

  beforeAll(async () => {
    const url = `${inject("conformanceProxy")}/mcp`;
    run = await runSuite(["server", "--url", url, "--requirements", revision], {
      timeoutMs: 120_000,
    });
    if (process.env.SHOW) {
      for (const [s, c] of run.checks)
        if (!s.startsWith("tasks-"))
          for (const x of c) if (x.status !== "SUCCESS") console.error(s, JSON.stringify(x));
      console.error(run.output.slice(run.output.indexOf("=== SUMMARY")));
    }
  }, 150_000);

  it(`requires ${count} scenarios, and the suite is content`, () => {
    expect(required).toHaveLength(count);
    expect(run.exitCode, run.output).toBe(0);
  });

  it.each(required)("%s", (scenario) => {
    expect(shortcomings(run, scenario)).toEqual([]);
  });
});
