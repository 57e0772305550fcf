import type { LimitName } from "../http/rate-limit";
import { auditFor } from "./audit";
import type { NewAuditEvent } from "./audit-event";

type Ids = Pick<NewAuditEvent, "userId" | "clientId" | "grantId" | "requestId">;

const MINUTE_MS = 60_000;
const MAX_REMEMBERED = 1_000;

const toldAtMs = new Map<string, number>();

/**
 * Records that a limit was hit: once a minute for each limit and whom it counts, because an event for each
 * refusal would be work that whoever is refused can cause.
 *
 * @param key what the limit counts. It is not recorded, as it may be an address.
 */
export function recordLimitHit(env: Env, limit: LimitName, key: string, ids: Ids = {}): void {
  const nowMs = Date.now();
  const name = `${limit} ${key}`;
  if (nowMs - (toldAtMs.get(name) ?? 0) < MINUTE_MS) return;
  toldAtMs.delete(name);
  toldAtMs.set(name, nowMs);
  // A Map is iterated in the order of insertion.
  for (const oldest of toldAtMs.keys()) {
    if (toldAtMs.size <= MAX_REMEMBERED) break;
    toldAtMs.delete(oldest);
  }
  auditFor(env).record({ kind: "limit_hit", limit, ...ids });
}
