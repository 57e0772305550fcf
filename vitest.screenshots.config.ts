import { defineConfig } from "vitest/config";

/** `npm run screenshots`: every page and state into screenshots/, to be looked at. */
export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "hono/jsx" } },
  test: {
    include: ["test/browser/screenshots.tsx"],
    globalSetup: [
      "test/support/gatehouse.setup.ts",
      "test/browser/selective-gatehouse.setup.ts",
      "test/browser/chromium.setup.ts",
    ],
    fileParallelism: false,
    // A bound, not a measurement: a page is taken in many sizes.
    testTimeout: 300_000,
  },
});
