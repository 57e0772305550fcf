/**
 * A new id of 24 hexadecimal digits: 48 bits of time, then 48 random bits. Later ids sort after
 * earlier ones, so that a list can be paged by id; within one millisecond the order is arbitrary.
 */
export function newRecordId(nowMs: number): string {
  const random = crypto.getRandomValues(new Uint8Array(6));
  return nowMs.toString(16).padStart(12, "0") + random.toHex();
}
