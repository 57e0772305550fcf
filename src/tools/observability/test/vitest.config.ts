import { join } from "node:path";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { projectDir } from "../../../../dev/server/processes.ts";
import { testVariables } from "../../../../test/support/test-variables.ts";
import { bundledPackages } from "../../../../test/support/workerd-modules.ts";

const here = (path: string) => join(import.meta.dirname, path);
const ofProject = (path: string) => join(projectDir, path);

/** The tests in worker/: the tools inside workerd, with someone who signs in at the stand-in for Cloudflare. */
export default defineConfig({
  root: projectDir,
  plugins: [
    cloudflareTest(({ inject }) => ({
      main: here("worker/index.ts"),
      wrangler: { configPath: ofProject("wrangler.jsonc") },
      miniflare: {
        bindings: testVariables({
          SESSION_SECRET: "only-for-tests-and-long-enough-to-be-taken",
          IDP: "cloudflare",
          CLOUDFLARE_CLIENT_ID: inject("cloudflare").clientId,
          CLOUDFLARE_CLIENT_SECRET: inject("cloudflare").clientSecret,
          CLOUDFLARE_OAUTH_URL: inject("cloudflare").origin,
          CLOUDFLARE_API_URL: inject("cloudflare").apiUrl,
        }),
      },
    })),
  ],
  oxc: { jsx: { runtime: "automatic", importSource: "hono/jsx" } },
  test: {
    name: "observability",
    deps: { optimizer: { ssr: bundledPackages } },
    testTimeout: 20_000,
    // What one test lets the stand-in do wrong must not meet another.
    fileParallelism: false,
    include: ["src/tools/observability/test/worker/**/*.test.ts"],
    globalSetup: [here("worker/servers.setup.ts")],
    setupFiles: [
      ofProject("test/worker/migrations.setup.ts"),
      ofProject("test/worker/logs.setup.ts"),
    ],
  },
});
