import { ShortMemory } from "../lib/ttl-cache";
import type { GrantId } from "./grant-id";

/** Longer than KV shows what was deleted, and than an isolate remembers a verified token. */
const REMEMBERED_MS = 120_000;

const ended = new ShortMemory<true>();

/**
 * Notes that a grant was ended by way of this isolate, where its tokens count no more from now on. Other
 * isolates refuse them after REVOCATION_DELAY_SECONDS at the latest.
 */
export function noteEnded({ grantId }: Pick<GrantId, "grantId">): void {
  ended.set(grantId, true, Date.now() + REMEMBERED_MS);
}

export function hasEndedHere(grantId: string): boolean {
  return ended.get(grantId) === true;
}
