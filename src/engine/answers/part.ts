import { jsonCost, memberCost, SIGN, textCost } from "./json-cost";

/**
 * Where an answer goes on: names and numbers that lead from its root to the first thing that was not given. The
 * last number is an item of a list, or a place in a text.
 */
export type Place = readonly (string | number)[];

export type Part = {
  readonly value: unknown;
  /** Undefined when nothing is left. */
  readonly next: Place | undefined;
};

/**
 * As much of an answer as fits, from a place on. In an object, what is short comes first, so that the longest list
 * is what is cut. A list is cut between two items, except for one that is longer than a whole part; a text
 * between two characters. Each part is a value of its own, and all of them together are the whole.
 *
 * @param budget in tokens, of the value as JSON.
 * @returns undefined when nothing fits, not even a character; or the place is not in this answer.
 */
export function partOf(answer: unknown, from: Place, budget: number): Part | undefined {
  const cost = (value: unknown) => jsonCost(value, budget);
  // Nothing is on this part yet: then whatever comes may be cut, as it will not fit any better on the next one.
  let isFresh = true;
  return take(answer, from, budget);

  function take(value: unknown, start: Place, room: number): Part | undefined {
    if (room < QUOTES) return undefined;
    if (start.length === 0 && cost(value) <= room) {
      isFresh = false;
      return { value, next: undefined };
    }
    if (typeof value === "string") return takeText(value, start, room);
    if (Array.isArray(value)) return takeItems(value, start, room);
    if (typeof value === "object" && value !== null) return takeMembers(value, start, room);
    return undefined;
  }

  function takeText(text: string, [from = 0]: Place, room: number): Part | undefined {
    if (typeof from !== "number" || from > text.length) return undefined;
    const left = text.slice(from);
    const length = fittingLength(left, room - QUOTES);
    if (length === 0 && left !== "") return undefined;
    isFresh = false;
    return {
      value: left.slice(0, length),
      next: length < left.length ? [from + length] : undefined,
    };
  }

  function takeItems(items: readonly unknown[], [from = 0, ...inside]: Place, all: number) {
    if (typeof from !== "number" || from > items.length) return undefined;
    const taken: unknown[] = [];
    let room = all - QUOTES;
    for (let index = from; index < items.length; index++) {
      const item = items[index];
      const start = index === from ? inside : [];
      const isWhole = start.length === 0 && cost(item) <= room - SIGN;
      const part = isWhole || mayCut(item, start) ? take(item, start, room - SIGN) : undefined;
      if (part === undefined)
        return taken.length === 0 ? undefined : { value: taken, next: [index] };
      taken.push(part.value);
      if (part.next !== undefined) return { value: taken, next: [index, ...part.next] };
      room -= cost(part.value) + SIGN;
    }
    return { value: taken, next: undefined };
  }

  function takeMembers(object: object, [from, ...inside]: Place, all: number): Part | undefined {
    const members = shortestFirst(object, budget);
    const first = from === undefined ? 0 : members.findIndex(({ name }) => name === from);
    if (first === -1) return undefined;
    const taken = new Map<string, unknown>();
    const part = (next: Place | undefined) => ({ value: inOrder(object, taken), next });
    let room = all - QUOTES;
    for (const [index, { name, value, tokens }] of members.entries()) {
      if (index < first) continue;
      const start = index === first ? inside : [];
      const label = memberCost(name) + SIGN;
      const isWhole = start.length === 0 && tokens <= room - label;
      const member = isWhole || mayCut(value, start) ? take(value, start, room - label) : undefined;
      if (member === undefined) return taken.size === 0 ? undefined : part([name]);
      taken.set(name, member.value);
      if (member.next !== undefined) return part([name, ...member.next]);
      room -= label + cost(member.value);
    }
    return part(undefined);
  }

  function mayCut(value: unknown, start: Place): boolean {
    return isFresh || start.length > 0 || Array.isArray(value) || cost(value) > budget;
  }
}

/** Of a text, a list or an object. */
const QUOTES = 2 * SIGN;

/** How much of a text fits, in UTF-16 code units. It ends between two characters. */
function fittingLength(text: string, room: number): number {
  let left = room;
  let length = 0;
  for (const character of text) {
    left -= textCost(character, Number.POSITIVE_INFINITY);
    if (left < 0) break;
    length += character.length;
  }
  return length;
}

/** Those that are longer than a part stay in their order. */
function shortestFirst(object: object, budget: number) {
  return Object.entries(object)
    .map(([name, value]) => ({
      name,
      value,
      tokens: Math.min(jsonCost(value, budget), budget + 1),
    }))
    .toSorted((one, other) => one.tokens - other.tokens);
}

/** What was taken, in the object's own order. */
function inOrder(object: object, taken: ReadonlyMap<string, unknown>) {
  return Object.fromEntries(
    Object.keys(object).flatMap((name) => (taken.has(name) ? [[name, taken.get(name)]] : [])),
  );
}
