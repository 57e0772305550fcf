import { grantKey } from "./grant-id";
import { shownRecordSchema } from "./provider/records";

/** Each takes one of the thousand requests that Cloudflare lets one request make. */
const MAX_GRANTS = 100;

/**
 * What a person has given a client before, over all of its grants that still count. KV may show one for up to a minute
 * after its end, so nothing may be decided by this.
 *
 * @param userId of the person: from their session, never from what a form or an address says.
 * @returns undefined when they gave it nothing.
 */
export async function scopesGivenBefore(
  env: Pick<Env, "OAUTH_KV">,
  userId: string,
  clientId: string,
): Promise<readonly string[] | undefined> {
  const prefix = grantKey({ userId, grantId: "" });
  const { keys } = await env.OAUTH_KV.list({ prefix, limit: MAX_GRANTS });
  const records = await Promise.all(keys.map(({ name }) => env.OAUTH_KV.get(name, "json")));
  const ofClient = records.flatMap((record) => {
    const grant = shownRecordSchema.safeParse(record).data;
    return grant?.clientId === clientId ? [grant.scope] : [];
  });
  return ofClient.length === 0 ? undefined : [...new Set(ofClient.flat())];
}
