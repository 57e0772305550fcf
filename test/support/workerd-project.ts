import { join } from "node:path";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import type { TestProjectInlineConfiguration } from "vitest/config";
import { projectDir } from "../../dev/server/processes.ts";
import { fixtureMain } from "./fixture.ts";
import { testVariables } from "./test-variables.ts";
import { bundledPackages, oneBundle, packagesOfSetUp } from "./workerd-modules.ts";

type PoolOptions = Parameters<typeof cloudflareTest>[0];
type OptionsFor = Extract<PoolOptions, (context: never) => unknown>;
type Inject = Parameters<OptionsFor>[0]["inject"];
type Miniflare = NonNullable<Exclude<PoolOptions, OptionsFor>["miniflare"]>;

/** Of a project of tests that run inside workerd. Paths are from the folder of package.json. */
export type WorkerdProject = {
  readonly name: string;
  readonly include: string;
  /** The Worker under test, with the bindings of wrangler.jsonc: that of the engine's own tests unless told. */
  readonly main?: string;
  /** A global set-up, which starts what that Worker reaches. */
  readonly servers: string;
  /** What runs in each file, beside what all these projects have. */
  readonly setupFiles?: readonly string[];
  /**
   * The Worker's variables, beside SESSION_SECRET. Where the set-up starts servers for each of Vitest's workers,
   * `own` picks those of the one that starts.
   */
  vars(inject: Inject, own: <T>(servers: readonly T[]) => T): Readonly<Record<string, string>>;
  /** What Miniflare is given beside them. */
  readonly miniflare?: Miniflare;
};

/** The JSX of Hono, as tsconfig.json has it. */
export const jsx = { runtime: "automatic", importSource: "hono/jsx" } as const;

/** Two cores, and several files start servers. Projects that differ in it could not run side by side. */
export const maxWorkers = 2;

const ofProject = (path: string) => join(projectDir, path);

/**
 * A project of Vitest in which files share a workerd: starting one, and loading the Worker into it, takes longer than
 * the tests of most files. test/worker/fresh.setup.ts empties it between them.
 */
export function workerdProject(project: WorkerdProject): TestProjectInlineConfiguration {
  const { name, include, main = fixtureMain, servers, setupFiles = [], vars, miniflare } = project;
  let workers = 0;
  return {
    root: projectDir,
    plugins: [
      packagesOfSetUp,
      oneBundle,
      cloudflareTest(({ inject }) => {
        const number = workers++;
        return {
          main: ofProject(main),
          wrangler: { configPath: ofProject("wrangler.jsonc") },
          miniflare: {
            ...miniflare,
            bindings: {
              ...testVariables({
                SESSION_SECRET: "only-for-tests-and-long-enough-to-be-taken",
                ...vars(inject, (of) => ownOf(of, number)),
              }),
              OWN_SERVERS: String(number),
            },
          },
        };
      }),
    ],
    oxc: { jsx },
    test: {
      name,
      include: [include],
      maxWorkers,
      isolate: false,
      deps: { optimizer: { ssr: bundledPackages } },
      // A bound, not a measurement: the machine may be busy with other tests.
      testTimeout: 20_000,
      globalSetup: [ofProject(servers)],
      // The first one empties what the others fill.
      sequence: { setupFiles: "list" },
      setupFiles: [
        "test/worker/fresh.setup.ts",
        "test/worker/migrations.setup.ts",
        ...setupFiles,
      ].map(ofProject),
    },
  };
}

/** No two of Vitest's workers have the same ones, unless one had to be replaced. */
function ownOf<T>(servers: readonly T[], number: number): T {
  const own = servers[number % servers.length];
  if (own === undefined) throw new Error("The set-up has started no servers");
  return own;
}
