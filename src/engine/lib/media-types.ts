/** A quoted string, in which commas and semicolons mean nothing (RFC 9110, section 5.6.4). */
const QUOTED = /"(?:[^"\\]|\\.)*"/g;

/**
 * The type and subtype that a Content-Type names, in lower case and without parameters (RFC 9110,
 * section 8.3.1).
 *
 * @returns undefined when there is none.
 */
export function mediaTypeOf(contentType: string | null): string | undefined {
  return contentType?.split(";")[0]?.trim().toLowerCase() || undefined;
}

/**
 * How an Accept header accepts a media type (RFC 9110, section 12.5.1): by name (also as `text/*`), only
 * through the range of all types or because there is no header, or not at all. The most specific range decides.
 *
 * @param type such as `application/json`, in lower case.
 */
export function acceptanceOf(accept: string | null, type: string): "named" | "unnamed" | "refused" {
  const ranges = (accept ?? "").replaceAll(QUOTED, "").split(",").map(rangeIn);
  const given = ranges.filter(({ range }) => range !== "");
  if (given.length === 0) return "unnamed";
  for (const range of [type, `${type.split("/")[0]}/*`, "*/*"]) {
    const found = given.find((one) => one.range === range);
    if (found === undefined) continue;
    if (found.weight === 0) return "refused";
    return range === "*/*" ? "unnamed" : "named";
  }
  return "refused";
}

function rangeIn(part: string): { range: string; weight: number } {
  const [range = "", ...parameters] = part.split(";").map((piece) => piece.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith("q="));
  return { range, weight: weight === undefined ? 1 : Number(weight.slice(2)) };
}
