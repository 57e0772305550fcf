/** When an event was recorded, and its unique id. */
export type Stamp = { readonly id: string; readonly atMs: number };

const TIME_DIGITS = 12;
const SEQUENCE_DIGITS = 4;
const MAX_SEQUENCE = 16 ** SEQUENCE_DIGITS - 1;

/**
 * Stamps the events of one isolate. An id is 28 hexadecimal digits: of the time, of a number that counts
 * within the millisecond, and of the isolate, which chooses its own at random. So each is unique, and in
 * one isolate sorts after those before it, even when the clock goes back.
 */
export function eventStamps(): (nowMs: number) => Stamp {
  const isolate = crypto.getRandomValues(new Uint8Array(6)).toHex();
  let atMs = 0;
  let sequence = 0;
  return (nowMs) => {
    if (nowMs > atMs) {
      atMs = nowMs;
      sequence = 0;
    } else if (sequence === MAX_SEQUENCE) {
      atMs += 1;
      sequence = 0;
    } else {
      sequence += 1;
    }
    const id = firstIdAt(atMs) + sequence.toString(16).padStart(SEQUENCE_DIGITS, "0") + isolate;
    return { id, atMs };
  };
}

/** A text that sorts before every id of that millisecond or later, and after every earlier one. */
export function firstIdAt(atMs: number): string {
  return Math.max(0, Math.floor(atMs)).toString(16).padStart(TIME_DIGITS, "0");
}
