import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSignInServers } from "../../dev/commands/sign-in-servers.ts";
import { findFreePort } from "../../dev/local-servers/free-port.ts";
import { testVariables } from "./test-variables.ts";
import { startWorker } from "./worker-server.ts";

/**
 * The Worker as `npm start` runs it in provider mode: the local identity provider and the local APIs of all toolsets
 * beside it, in a folder of its own.
 *
 * @returns its origin, which a restart keeps; `restart` keeps all data too, and `stop` ends everything.
 */
export async function startAsNpmStart() {
  const port = await findFreePort();
  const stateDir = await mkdtemp(join(tmpdir(), "gatehouse-start-"));
  const servers = await startSignInServers(
    {
      ...{ port, stateDir, mode: "provider", idp: "oidc", tunnel: undefined },
      ...{ configFile: "wrangler.jsonc", fresh: false },
    },
    [],
  );
  const vars = testVariables({
    SESSION_SECRET: "only-for-tests-and-long-enough-to-be-taken",
    ...servers.vars,
  });
  const start = () =>
    startWorker({ worker: { config: "wrangler.jsonc" }, port, persistDir: stateDir, vars });
  let worker = await start();
  return {
    origin: worker.origin,
    async restart() {
      await worker.stop();
      worker = await start();
    },
    async stop() {
      await Promise.all([worker.stop(), servers.stop()]);
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

export type AsNpmStart = Awaited<ReturnType<typeof startAsNpmStart>>;
