import { fileURLToPath } from "node:url";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** `npm run test:authorities`: apart from the other projects, because it installs programs on this machine. */
export default defineConfig({
  test: {
    projects: [
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.jsonc" },
            miniflare: {
              bindings: {
                SESSION_SECRET: "only-for-tests-and-long-enough-to-be-taken",
                // Each test has a provider of its own in their place.
                OIDC_ISSUER: "https://idp.invalid",
                OIDC_CLIENT_ID: "none",
              },
            },
          }),
        ],
        oxc: { jsx: { runtime: "automatic", importSource: "hono/jsx" } },
        test: {
          name: "authorities",
          testTimeout: 60_000,
          include: ["test/authorities/*.test.ts"],
          globalSetup: ["test/authorities/servers.setup.ts"],
          setupFiles: ["test/worker/migrations.setup.ts", "test/worker/logs.setup.ts"],
        },
      },
      {
        resolve: {
          alias: {
            "cloudflare:workers": fileURLToPath(
              import.meta.resolve("./test/support/workers-stub.ts"),
            ),
          },
        },
        test: {
          name: "ways",
          testTimeout: 60_000,
          // Bounds, not measurements: programs are installed.
          hookTimeout: 600_000,
          include: ["test/authorities/ways/*.test.ts"],
        },
      },
    ],
  },
});
