import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { internet } from "./test/internet/internet.ts";
import { ticketsWorker } from "./test/support/tickets-worker.ts";
import { jsx, maxWorkers, workerdProject } from "./test/support/workerd-project.ts";

const stubOfWorkers = fileURLToPath(import.meta.resolve("./test/support/workers-stub.ts"));

// The tests start some two hundred processes of Node.js, whose packages are megabytes: compiled once, all find them so.
process.env.NODE_COMPILE_CACHE ??= join(
  import.meta.dirname,
  "node_modules/.cache/node-compile-cache",
);

/** The variables of a Worker that signs people in at an OpenID provider of the tests. */
const signInAt = (provider: { issuer: string; clientId: string; clientSecret: string }) => ({
  IDP: "oidc",
  OIDC_ISSUER: provider.issuer,
  OIDC_CLIENT_ID: provider.clientId,
  OIDC_CLIENT_SECRET: provider.clientSecret,
  OIDC_NAME: "the test provider",
});

/** Folders are named for where their tests run; each stands for one project. */
export default defineConfig({
  test: {
    maxWorkers,
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
          // Files share a Chromium.
          isolate: false,
          include: ["test/browser/**/*.test.ts"],
          globalSetup: ["test/browser/gatehouses.setup.ts", "test/browser/chromium.setup.ts"],
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
          isolate: false,
          // A bound, not a measurement: some run a command of wrangler, and the machine may be busy.
          testTimeout: 20_000,
          include: [
            "test/unit/**/*.test.{ts,tsx}",
            "test/openapi-corpus/*.test.ts",
            "src/tools/*/{*,test/*}.test.ts",
          ],
        },
      },
      workerdProject({
        name: "worker",
        include: "test/worker/**/*.test.ts",
        servers: "test/worker/servers.setup.ts",
        setupFiles: ["test/worker/logs.setup.ts"],
        vars: (inject) => ({
          ...signInAt(inject("identityProvider")),
          ADMINS: "alice@example.com",
          ALLOWED_ORIGINS: "https://allowed.example",
          SESSION_IDLE_TTL_SECONDS: "1440",
        }),
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
        },
      }),
      workerdProject({
        name: "internet",
        include: "test/internet/**/*.test.ts",
        servers: "test/worker/servers.setup.ts",
        setupFiles: ["test/worker/logs.setup.ts"],
        vars: (inject) => signInAt(inject("identityProvider")),
        miniflare: { outboundService: internet },
      }),
      workerdProject({
        name: "upstream",
        include: "test/upstream/**/*.test.ts",
        main: "test/upstream/worker.ts",
        servers: "test/upstream/servers.setup.ts",
        vars(inject, own) {
          const { provider, tickets, projects } = own(inject("upstream"));
          return {
            ...signInAt(provider),
            OIDC_NAME: "",
            OIDC_CLAIMS: "email_verified",
            TICKETS_API_URL: tickets,
            TICKETS_API_RESOURCE: tickets,
            TICKETS_API_SCOPES: "tickets.read",
            PROJECTS_API_URL: projects,
            PROJECTS_API_SCOPES: "projects.read",
            REPORTS_API_URL: projects,
            REPORTS_API_SCOPES: "projects.read",
            DELEGATED_API_URL: projects,
            DELEGATED_API_SCOPES: `${projects}/.default`,
          };
        },
      }),
      workerdProject({
        name: "linked",
        include: "test/linked/**/*.test.ts",
        main: "test/linked/worker.ts",
        servers: "test/linked/servers.setup.ts",
        setupFiles: ["test/worker/logs.setup.ts"],
        vars: (inject, own) => ({
          ...signInAt(inject("identityProvider")),
          ...own(inject("linked")).vars,
        }),
      }),
      // Of a toolset whose tests run inside workerd. They go with its folder.
      "src/tools/*/test/vitest.config.ts",
    ],
  },
});
