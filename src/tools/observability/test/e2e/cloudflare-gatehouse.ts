import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { findFreePort } from "../../../../../dev/local-servers/free-port.ts";
import type { PersonId } from "../../../../../dev/local-servers/people.ts";
import { testVariables } from "../../../../../test/support/test-variables.ts";
import { startWorker } from "../../../../../test/support/worker-server.ts";
import { cloudflareVariables } from "../../local-api/cloudflare-variables.ts";
import { startCloudflareStandIn } from "../../local-api/stand-in.ts";

export type CloudflareGatehouse = {
  readonly origin: string;
  /** All that the Worker and its runtime have printed. */
  logs(): string;
  /** How often the stand-in has renewed a person's token. */
  renewals(person: PersonId): Promise<number>;
  /** Takes back, at the stand-in, what a person has allowed there. */
  revokeConsent(person: PersonId): Promise<void>;
  stop(): Promise<void>;
};

/** So that every refresh of a client renews Cloudflare's token as well, and its old one is refused. */
const ALWAYS_NEAR_ITS_END_SECONDS = 299;

/** A Worker with these tools, and the stand-in for Cloudflare beside it, as `npm start -- --idp cloudflare` runs it. */
export async function startCloudflareGatehouse(): Promise<CloudflareGatehouse> {
  const port = await findFreePort();
  const origin = `http://localhost:${port}`;
  const persistDir = await mkdtemp(join(tmpdir(), "gatehouse-tests-"));
  const cloudflare = await startCloudflareStandIn({
    redirectUris: [`${origin}/callback`],
    port: 0,
    accessTtlSeconds: ALWAYS_NEAR_ITS_END_SECONDS,
  });
  const server = await startWorker({
    worker: { config: "wrangler.jsonc", main: "src/tools/observability/test/worker/index.ts" },
    port,
    persistDir,
    vars: testVariables({
      SESSION_SECRET: "only-for-tests-and-long-enough-to-be-taken",
      ...cloudflareVariables(cloudflare),
    }),
  }).catch(async (error: unknown) => {
    await cloudflare.stop();
    throw error;
  });
  return {
    origin,
    logs: () => server.logs(),
    async renewals(person) {
      const path = `/stand-in/renewals?person=${person}`;
      const response = await fetch(`${cloudflare.origin}${path}`);
      return z.number().parse(await response.json());
    },
    async revokeConsent(person) {
      const { status } = await fetch(`${cloudflare.origin}/stand-in/revoke`, {
        method: "POST",
        body: JSON.stringify({ person }),
      });
      if (status !== 200) throw new Error(`The stand-in answered ${status}`);
    },
    async stop() {
      await Promise.all([server.stop(), cloudflare.stop()]);
      await rm(persistDir, { recursive: true, force: true });
    },
  };
}
