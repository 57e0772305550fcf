import { TtlCache } from "../lib/ttl-cache";
import type { GrantId } from "./grant-id";

/** Longer than KV may keep showing a deleted key, and than an isolate remembers a verified token. */
const REMEMBERED_MS = 120_000;

const ended = new TtlCache<true>();

/**
 * The grants that were ended through this isolate: their tokens count no more here from that moment.
 * Other isolates refuse them after REVOCATION_DELAY_SECONDS at the latest.
 */
export const localRevocations = {
  add({ grantId }: Pick<GrantId, "grantId">): void {
    ended.set(grantId, true, Date.now() + REMEMBERED_MS);
  },
  has(grantId: string): boolean {
    return ended.get(grantId) === true;
  },
  /** A single access token; its grant continues (RFC 7009). @param tokenId see provider/records.ts. */
  addToken(tokenId: string): void {
    ended.set(tokenId, true, Date.now() + REMEMBERED_MS);
  },
  hasToken(tokenId: string): boolean {
    return ended.get(tokenId) === true;
  },
};
