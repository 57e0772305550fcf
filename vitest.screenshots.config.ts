import { defineConfig } from "vitest/config";

/** `npm run screenshots`: every page and state into screenshots/, to be looked at. */
export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "hono/jsx" } },
  test: {
    include: ["test/browser/screenshots.tsx"],
    globalSetup: ["test/browser/gatehouses.setup.ts", "test/browser/chromium.setup.ts"],
    maxWorkers: 1,
    // A bound, not a measurement: a page is taken in many sizes.
    testTimeout: 300_000,
  },
});
