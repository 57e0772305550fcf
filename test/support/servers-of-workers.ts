import type { TestProject } from "vitest/node";

/** Servers, as tests know them, and what ends them. */
type Started<Servers> = { readonly servers: Servers; stop(): Promise<void> };

/**
 * Starts the same servers once for each of Vitest's workers. Files of tests that change what a server does can then
 * run at the same time.
 */
export async function startForEachWorker<Servers>(
  project: TestProject,
  start: () => Promise<Started<Servers>>,
): Promise<Started<Servers[]>> {
  const workers = Array.from({ length: project.vitest.config.maxWorkers });
  const started = await Promise.all(workers.map(start));
  return {
    servers: started.map(({ servers }) => servers),
    async stop() {
      await Promise.all(started.map((each) => each.stop()));
    },
  };
}
