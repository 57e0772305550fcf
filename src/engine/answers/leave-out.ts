export type LeftOut = "nulls" | "links";

/** Deeper than this, an answer is not shown: whatever walks through it would run out of stack. */
const MAX_DEPTH = 64;
const TOO_DEEP = "(nested too deeply to show)";

/**
 * An answer without what nobody reads, and what that was.
 *
 * - `nulls`: members that are null. Items of a list stay, as their places may mean something.
 * - `links`: members named `links` or `_links`; and those named `url`, `href`, or with a name that ends in `_url`
 *   or `Url`, if they hold an address: a text that starts with `http://`, `https://` or `/`.
 */
export function withoutUnread(
  answer: unknown,
  what: readonly LeftOut[],
): { readonly value: unknown; readonly said: readonly string[] } {
  const left = { nulls: 0, links: 0, deep: 0 };
  const value = kept(answer, 0);
  const said = [
    left.nulls > 0 && `${left.nulls} nulls`,
    left.links > 0 && `${left.links} links`,
    left.deep > 0 && "what is nested too deeply",
  ].filter((words) => words !== false);
  return { value, said: said.length === 0 ? [] : [`Left out: ${said.join(", ")}.`] };

  function kept(inside: unknown, depth: number): unknown {
    if (typeof inside !== "object" || inside === null) return inside;
    if (depth === MAX_DEPTH) {
      left.deep++;
      return TOO_DEEP;
    }
    if (Array.isArray(inside)) return inside.map((item) => kept(item, depth + 1));
    return Object.fromEntries(
      Object.entries(inside)
        .filter(([name, member]) => isWanted(name, member))
        .map(([name, member]) => [name, kept(member, depth + 1)]),
    );
  }

  function isWanted(name: string, member: unknown): boolean {
    if (what.includes("nulls") && member === null) left.nulls++;
    else if (what.includes("links") && isLink(name, member)) left.links++;
    else return true;
    return false;
  }
}

function isLink(name: string, value: unknown): boolean {
  if (/^_?links$/.test(name)) return true;
  return /^(?:url|href)$|_url$|Url$/.test(name) && isAddress(value);
}

function isAddress(value: unknown): boolean {
  return typeof value === "string" && /^(?:https?:\/)?\//.test(value);
}
