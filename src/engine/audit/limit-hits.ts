import type { LimitName } from "../lib/rate-limit";
import { TtlCache } from "../lib/ttl-cache";
import { auditFor } from "./audit";
import type { NewAuditEvent } from "./audit-event";

type Ids = Pick<NewAuditEvent, "userId" | "clientId" | "grantId" | "requestId">;

const MINUTE_MS = 60_000;

const told = new TtlCache<true>();

/**
 * Records that a limit was hit: once per minute for each limit and caller that it counts, because with an event
 * per refusal the refused caller could cause the work.
 *
 * @param key what the limit counts. It is not recorded, as it may be an address.
 */
export function recordLimitHit(env: Env, limit: LimitName, key: string, ids: Ids = {}): void {
  const name = `${limit} ${key}`;
  if (told.get(name)) return;
  told.set(name, true, Date.now() + MINUTE_MS);
  auditFor(env).record({ kind: "limit_hit", limit, ...ids });
}
