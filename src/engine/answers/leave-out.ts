export type LeftOut = "nulls" | "links";

/** Deeper than this, an answer is not shown: whatever walks through it would run out of stack. */
const MAX_DEPTH = 64;
const TOO_DEEP = "(nested too deeply to show)";

/**
 * An answer without what nobody reads.
 *
 * - `nulls`: members that are null. Items of a list stay, as their places may mean something.
 * - `links`: members named `links` or `_links`; and those named `url`, `href`, or with a name that ends in `_url`
 *   or `Url`, if they hold an address: a text that starts with `http://`, `https://` or `/`.
 */
export function leaveOut(value: unknown, what: readonly LeftOut[], depth = 0): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (depth === MAX_DEPTH) return TOO_DEEP;
  if (Array.isArray(value)) return value.map((item) => leaveOut(item, what, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([name, inside]) =>
          !(what.includes("nulls") && inside === null) &&
          !(what.includes("links") && isLink(name, inside)),
      )
      .map(([name, inside]) => [name, leaveOut(inside, what, depth + 1)]),
  );
}

function isLink(name: string, value: unknown): boolean {
  if (/^_?links$/.test(name)) return true;
  return /^(?:url|href)$|_url$|Url$/.test(name) && isAddress(value);
}

function isAddress(value: unknown): boolean {
  return typeof value === "string" && /^(?:https?:\/)?\//.test(value);
}
