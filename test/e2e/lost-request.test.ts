import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findFreePort } from "../../dev/local-servers/free-port.ts";
import { scriptedServer } from "../support/scripted-authority.ts";
import { startScriptedServer } from "../support/scripted-server.ts";
import { startWorker, type WorkerServer } from "../support/worker-server.ts";

// A promise that one request has begun and others wait for hangs for ever when the first request ends
// before it: only requests of their own, in an isolate that all of them share, show that.

let slow: Awaited<ReturnType<typeof startScriptedServer>>;
let worker: WorkerServer;
let persistDir: string;

beforeAll(async () => {
  persistDir = await mkdtemp(join(tmpdir(), "gatehouse-tests-"));
  slow = await startScriptedServer();
  worker = await startWorker({
    worker: { config: "test/e2e/lost-request/wrangler.jsonc" },
    port: await findFreePort(),
    persistDir,
    vars: { SLOW_ADDRESS: slow.origin },
  });
});

afterAll(async () => {
  await Promise.all([worker?.stop(), slow?.stop()]);
  await rm(persistDir, { recursive: true, force: true });
});

const read = async (path: string) => (await fetch(worker.origin + path)).text();

it.each(["keys", "token"])(
  "who waits for what a lost request has begun gets it: %s",
  async (name) => {
    const { script, requestsTo } = scriptedServer(slow.origin);
    await script(`/${name}`, { body: "the answer", delayMs: 1_000 });
    expect(await read(`/${name}/begin`)).toBe("Begun");
    const answers = await Promise.all([read(`/${name}`), read(`/${name}`)]);
    expect(answers).toEqual(["the answer", "the answer"]);
    expect(await requestsTo(`/${name}`)).toHaveLength(1);
  },
);
