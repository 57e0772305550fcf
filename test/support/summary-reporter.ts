import type { Reporter, SerializedError, TestModule } from "vitest/node";

/** Ends a run with the plain line `N passed, N failed`. What broke outside a test counts as a failure. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    const brokenModules = modules.filter((module) => module.errors().length > 0).length;
    const skipped = count("skipped");
    const failed = count("failed") + count("pending") + brokenModules + errors.length;
    // On the next tick, so that it stands below the default reporter's own summary.
    process.once("exit", () => {
      console.log(
        `${count("passed")} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`,
      );
    });
  }
}
