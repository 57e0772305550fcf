import { join } from "node:path";
import { startCloudflareStandIn } from "./cloudflare/index.ts";

export type CloudflareMode = {
  /** What tells Gatehouse of it. */
  readonly vars: Record<string, string>;
  stop(): Promise<void>;
};

/**
 * Starts what stands beside Gatehouse when people sign in with Cloudflare: a stand-in for it.
 *
 * @param port 0 takes a free one.
 * @param stateDir keeps its client's secret and what people have allowed over a restart.
 */
export async function startCloudflareMode(options: {
  gatehouseOrigins: readonly string[];
  port: number;
  stateDir?: string;
  /** How long its access tokens live; an hour unless told. */
  accessTtlSeconds?: number;
}): Promise<CloudflareMode> {
  const { gatehouseOrigins, port, stateDir, accessTtlSeconds } = options;
  const standIn = await startCloudflareStandIn({
    port,
    redirectUris: gatehouseOrigins.map((origin) => `${origin}/callback`),
    ...(accessTtlSeconds !== undefined && { accessTtlSeconds }),
    ...(stateDir !== undefined && { persistFile: join(stateDir, "cloudflare.json") }),
  });
  return {
    vars: {
      IDP: "cloudflare",
      CLOUDFLARE_CLIENT_ID: standIn.clientId,
      CLOUDFLARE_CLIENT_SECRET: standIn.clientSecret,
      CLOUDFLARE_OAUTH_URL: standIn.origin,
      CLOUDFLARE_API_URL: standIn.apiUrl,
    },
    stop: standIn.stop,
  };
}
