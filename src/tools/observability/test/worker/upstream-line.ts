import * as z from "zod";
import { cloudflare } from "./person.ts";

const line = () => `${cloudflare().origin}/line`;

/** How the line to Cloudflare's token endpoint behaves (test/support/oauth-line.ts). */
export async function onLine(conditions: { delaysMs?: number[]; lost?: number }): Promise<void> {
  await fetch(line(), { method: "PUT", body: JSON.stringify(conditions) });
}

/** How many refreshes have arrived at Cloudflare so far. */
export async function upstreamRefreshes(): Promise<number> {
  const counted = z.object({ arrived: z.number() });
  return counted.parse(await (await fetch(line())).json()).arrived;
}
