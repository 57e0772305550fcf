import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { internet } from "./test/internet/internet.ts";
import { testVariables } from "./test/support/test-variables.ts";
import { ticketsWorker } from "./test/support/tickets-worker.ts";
import { bundledPackages, packagesOfSetUp } from "./test/support/workerd-modules.ts";

const jsx = { runtime: "automatic", importSource: "hono/jsx" } as const;

const stubOfWorkers = fileURLToPath(import.meta.resolve("./test/support/workers-stub.ts"));

// The tests start some two hundred processes of Node.js, whose packages are megabytes: compiled once, all find them so.
process.env.NODE_COMPILE_CACHE ??= join(
  import.meta.dirname,
  "node_modules/.cache/node-compile-cache",
);

/** Folders are named for where their tests run; each stands for one project. */
export default defineConfig({
  test: {
    // Two cores, and several of these start servers.
    maxWorkers: 2,
    // What the Worker logs matters only where a test fails.
    silent: "passed-only",
    reporters: ["default", "./test/support/summary-reporter.ts"],
    projects: [
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts", "src/tools/*/test/e2e/**/*.test.ts"],
          globalSetup: ["test/support/gatehouse.setup.ts"],
          // Real clients start and sign in, and some files start servers; bounds, not measurements.
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "browser",
          // They share two people, and one test ends all that one of them has connected.
          fileParallelism: false,
          include: ["test/browser/**/*.test.ts"],
          globalSetup: [
            "test/support/gatehouse.setup.ts",
            "test/browser/selective-gatehouse.setup.ts",
            "test/browser/chromium.setup.ts",
          ],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "conformance",
          include: ["test/conformance/**/*.test.ts"],
          globalSetup: ["test/conformance/servers.setup.ts"],
        },
      },
      {
        oxc: { jsx },
        // What only a Worker has; nothing that runs in Node.js calls it.
        resolve: { alias: { "cloudflare:workers": stubOfWorkers } },
        test: {
          name: "unit",
          // A bound, not a measurement: some run a command of wrangler, and the machine may be busy.
          testTimeout: 20_000,
          include: ["test/unit/**/*.test.{ts,tsx}", "test/openapi-corpus/*.test.ts", "src/tools/*/{*,test/*}.test.ts"],
        },
      },
      {
        plugins: [
          packagesOfSetUp,
          cloudflareTest(({ inject }) => ({
            // The bindings of wrangler.jsonc, and the server of the engine's own tests.
            main: "./test/fixture/index.ts",
            wrangler: { configPath: "./wrangler.jsonc" },
            miniflare: {
              workers: [ticketsWorker],
              serviceBindings: {
                TICKETS: ticketsWorker.name,
                TICKETS_RPC: { name: ticketsWorker.name, entrypoint: "Tickets" },
              },
              // A real limiter that a test can reach, in place of one of wrangler.jsonc.
              ratelimits: {
                LIMIT_OF_THREE: { namespace_id: "3", simple: { limit: 3, period: 60 } },
              },
              bindings: testVariables({
                SESSION_SECRET: "only-for-tests-and-long-enough-to-be-taken",
                IDP: "oidc",
                OIDC_ISSUER: inject("identityProvider").issuer,
                OIDC_CLIENT_ID: inject("identityProvider").clientId,
                OIDC_CLIENT_SECRET: inject("identityProvider").clientSecret,
                OIDC_NAME: "the test provider",
                ADMINS: "alice@example.com",
                ALLOWED_ORIGINS: "https://allowed.example",
                SESSION_IDLE_TTL_SECONDS: "1440",
              }),
            },
          })),
        ],
        oxc: { jsx },
        test: {
          name: "worker",
          deps: { optimizer: { ssr: bundledPackages } },
          // A bound, not a measurement: the machine may be busy with other tests.
          testTimeout: 20_000,
          include: ["test/worker/**/*.test.ts"],
          globalSetup: ["test/worker/servers.setup.ts"],
          setupFiles: ["test/worker/migrations.setup.ts", "test/worker/logs.setup.ts"],
        },
      },
      {
        plugins: [
          packagesOfSetUp,
          cloudflareTest(({ inject }) => ({
            main: "./test/fixture/index.ts",
            wrangler: { configPath: "./wrangler.jsonc" },
            miniflare: {
              outboundService: internet,
              bindings: testVariables({
                SESSION_SECRET: "only-for-tests-and-long-enough-to-be-taken",
                IDP: "oidc",
                OIDC_ISSUER: inject("identityProvider").issuer,
                OIDC_CLIENT_ID: inject("identityProvider").clientId,
                OIDC_CLIENT_SECRET: inject("identityProvider").clientSecret,
                OIDC_NAME: "the test provider",
              }),
            },
          })),
        ],
        oxc: { jsx },
        test: {
          name: "internet",
          deps: { optimizer: { ssr: bundledPackages } },
          testTimeout: 20_000,
          // What one test publishes, and what was fetched, is there for all.
          fileParallelism: false,
          include: ["test/internet/**/*.test.ts"],
          globalSetup: ["test/worker/servers.setup.ts"],
          setupFiles: ["test/worker/migrations.setup.ts", "test/worker/logs.setup.ts"],
        },
      },
      {
        plugins: [
          packagesOfSetUp,
          cloudflareTest(({ inject }) => ({
            main: "./test/upstream/worker.ts",
            wrangler: { configPath: "./wrangler.jsonc" },
            miniflare: {
              bindings: testVariables({
                SESSION_SECRET: "only-for-tests-and-long-enough-to-be-taken",
                IDP: "oidc",
                OIDC_ISSUER: inject("roughProvider").issuer,
                OIDC_CLIENT_ID: inject("roughProvider").clientId,
                OIDC_CLIENT_SECRET: inject("roughProvider").clientSecret,
                OIDC_CLAIMS: "email_verified",
                TICKETS_API_URL: inject("tickets"),
                TICKETS_API_RESOURCE: inject("tickets"),
                TICKETS_API_SCOPES: "tickets.read",
                PROJECTS_API_URL: inject("projects"),
                PROJECTS_API_SCOPES: "projects.read",
                REPORTS_API_URL: inject("projects"),
                REPORTS_API_SCOPES: "projects.read",
                DELEGATED_API_URL: inject("projects"),
                DELEGATED_API_SCOPES: `${inject("projects")}/.default`,
              }),
            },
          })),
        ],
        oxc: { jsx },
        test: {
          name: "upstream",
          deps: { optimizer: { ssr: bundledPackages } },
          testTimeout: 20_000,
          // What one test lets the provider do wrong must not meet another.
          fileParallelism: false,
          include: ["test/upstream/**/*.test.ts"],
          globalSetup: ["test/upstream/servers.setup.ts"],
          setupFiles: ["test/worker/migrations.setup.ts"],
        },
      },
      {
        plugins: [
          packagesOfSetUp,
          cloudflareTest(({ inject }) => ({
            main: "./test/linked/worker.ts",
            wrangler: { configPath: "./wrangler.jsonc" },
            miniflare: {
              bindings: testVariables({
                SESSION_SECRET: "only-for-tests-and-long-enough-to-be-taken",
                IDP: "oidc",
                OIDC_ISSUER: inject("identityProvider").issuer,
                OIDC_CLIENT_ID: inject("identityProvider").clientId,
                OIDC_CLIENT_SECRET: inject("identityProvider").clientSecret,
                OIDC_NAME: "the test provider",
                ...inject("services"),
              }),
            },
          })),
        ],
        oxc: { jsx },
        test: {
          name: "linked",
          deps: { optimizer: { ssr: bundledPackages } },
          testTimeout: 20_000,
          // What one test lets a service do wrong must not meet another.
          fileParallelism: false,
          include: ["test/linked/**/*.test.ts"],
          globalSetup: ["test/linked/servers.setup.ts"],
          setupFiles: ["test/worker/migrations.setup.ts", "test/worker/logs.setup.ts"],
        },
      },
      // Of a toolset whose tests run inside workerd. They go with its folder.
      "src/tools/*/test/vitest.config.ts",
    ],
  },
});
