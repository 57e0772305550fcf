import { leavesItsPlace } from "../../upstream/api-url";
import { literalPath } from "./percent-encoding";

/** Texts of a path, and the names in braces between them. */
type PathPart = { readonly literal: string } | { readonly parameter: string };

export type PathTemplate = {
  readonly parts: readonly PathPart[];
  /** What the document has behind `?`, as some do to tell operations of one path apart; "" for none. */
  readonly query: string;
};

/** A value in both forms: as it is sent, and as it means. */
export type Filled = { readonly encoded: string; readonly raw: string };

/** Reads a path of a document. What stands behind `#` in it is never sent (RFC 9110, section 7.1). */
export function pathTemplate(documented: string): PathTemplate {
  const [, path = "", query = ""] = /^([^?#]*)(?:\?([^#]*))?/.exec(documented) ?? [];
  // An odd index is a name: the expression has one group.
  const parts = path
    .split(/\{([^{}]+)\}/)
    .map((text, index): PathPart => (index % 2 === 1 ? { parameter: text } : { literal: text }));
  return { parts, query };
}

/**
 * Fills a path in. Each value stays within its segment, whatever it holds.
 *
 * @param valueFor gives a value for each name, and refuses one that is not there.
 * @param refuse makes the error for a segment that would mean another path, by the names in it.
 */
export function filledPath(
  { parts }: PathTemplate,
  valueFor: (parameter: string) => Filled,
  refuse: (parameters: readonly string[]) => Error,
): string {
  const segments: { encoded: string; raw: string; parameters: string[] }[] = [];
  const begin = () => segments.push({ encoded: "", raw: "", parameters: [] });
  const append = (encoded: string, raw: string, parameter?: string) => {
    const last = segments.at(-1);
    if (last === undefined) return;
    last.encoded += encoded;
    last.raw += raw;
    if (parameter !== undefined) last.parameters.push(parameter);
  };
  begin();
  for (const part of parts) {
    if ("parameter" in part) {
      const { encoded, raw } = valueFor(part.parameter);
      append(encoded, raw, part.parameter);
      continue;
    }
    for (const [index, text] of part.literal.split("/").entries()) {
      if (index > 0) begin();
      append(literalPath(text), text);
    }
  }
  for (const { raw, parameters } of segments) {
    if (parameters.length > 0 && leavesItsPlace(raw)) throw refuse(parameters);
  }
  return segments.map(({ encoded }) => encoded).join("/");
}
