import type { LimitName } from "../http/rate-limit";
import { RecentKeys } from "../http/recent-keys";
import { auditFor } from "./audit";
import type { NewAuditEvent } from "./audit-event";

type Ids = Pick<NewAuditEvent, "userId" | "clientId" | "grantId" | "requestId">;

const told = new RecentKeys({ forSeconds: 60, maxKeys: 1_000 });

/**
 * Records that a limit was hit: once a minute for each limit and whom it counts, because an event for each
 * refusal would be work that whoever is refused can cause.
 *
 * @param key what the limit counts. It is not recorded, as it may be an address.
 */
export function recordLimitHit(env: Env, limit: LimitName, key: string, ids: Ids = {}): void {
  const name = `${limit} ${key}`;
  if (told.has(name)) return;
  told.note(name);
  auditFor(env).record({ kind: "limit_hit", limit, ...ids });
}
