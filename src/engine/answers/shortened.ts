/** Texts are cut to the longest of these lengths with which the value fits, in UTF-16 code units. */
const LENGTHS = [20_000, 5_000, 2_000, 500, 100];

/**
 * A value with its long texts cut, and what is left of them said there.
 *
 * @returns undefined when it does not fit even so.
 */
export function shortened(value: unknown, fits: (value: unknown) => boolean): unknown {
  for (const length of LENGTHS) {
    const short = cutTexts(value, length);
    if (fits(short)) return short;
  }
  return undefined;
}

function cutTexts(value: unknown, length: number): unknown {
  if (typeof value === "string") return cutText(value, length);
  if (Array.isArray(value)) return value.map((item) => cutTexts(item, length));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inside]) => [name, cutTexts(inside, length)]),
  );
}

function cutText(text: string, length: number): string {
  const left = text.length - length;
  return left <= 0 ? text : `${text.slice(0, length).toWellFormed()} … (+${left} characters)`;
}
