/** A value as RFC 6570 knows values: a text, a list, or pairs (section 2.3). */
export type ParameterValue =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly string[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [string, string])[] };

/**
 * Reads a value of JSON. What is null counts as not given, in lists and maps too, and so do an empty list and an
 * empty map (RFC 6570, section 2.3); OpenAPI leaves null to implementations (3.1.1, appendix B).
 *
 * @returns undefined for what is not given.
 */
export function parameterValue(value: unknown): ParameterValue | undefined {
  if (isAbsent(value)) return undefined;
  if (Array.isArray(value)) {
    const items = value.filter((item) => !isAbsent(item)).map(asText);
    return items.length === 0 ? undefined : { kind: "list", items };
  }
  const map = entriesOf(value);
  if (map === undefined) return { kind: "text", text: asText(value) };
  const entries = map.map(([key, item]) => [key, asText(item)] as const);
  return entries.length === 0 ? undefined : { kind: "map", entries };
}

/** The members of an object that are given; undefined for what is no object. */
export function entriesOf(value: unknown): [string, unknown][] | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.entries(value).filter(([, item]) => !isAbsent(item));
}

export function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/** What has no place of its own in a style, as an object in a list, is JSON. */
export function asText(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
