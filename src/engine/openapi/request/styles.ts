import type { ParameterStyle } from "../compiled";
import {
  asText,
  entriesOf,
  isAbsent,
  type ParameterValue,
  parameterValue,
} from "./parameter-value";
import { percentEncoded, reservedPassing } from "./percent-encoding";
import { refusedArgument } from "./refused-argument";

/** How a value is written: the part of a parameter, or of an Encoding Object, that says it. */
export type Styled = {
  readonly name: string;
  readonly style: ParameterStyle;
  readonly explode: boolean;
  readonly allowReserved?: boolean;
};

type Encode = (text: string) => string;

/**
 * A value in a path (OpenAPI 3.1.1, "Style Examples"): `simple`, `label` or `matrix`. allowReserved is for queries
 * alone.
 *
 * @param encode for each text of the value.
 */
export function inPath(
  { name, style, explode }: Styled,
  value: ParameterValue,
  encode: Encode,
): string {
  const own = encode(name);
  // One that holds the delimiter of label must not become two; the path is no other than without (RFC 3986, 6.2.2.2).
  const part =
    style === "label" && explode && value.kind !== "text"
      ? (text: string) => encode(text).replaceAll(".", "%2E")
      : encode;
  const named = (text: string, key = own) => (text === "" ? `;${key}` : `;${key}=${text}`);
  switch (value.kind) {
    case "text": {
      const text = encode(value.text);
      return style === "matrix" ? named(text) : style === "label" ? `.${text}` : text;
    }
    case "list": {
      const items = value.items.map(part);
      if (style === "matrix")
        return explode ? items.map((item) => named(item)).join("") : named(items.join(","));
      return style === "label" ? `.${items.join(explode ? "." : ",")}` : items.join(",");
    }
    case "map": {
      const pairs = value.entries.map(([key, item]) => [part(key), part(item)] as const);
      if (!explode) {
        const flat = pairs.flat().join(",");
        return style === "matrix" ? named(flat) : style === "label" ? `.${flat}` : flat;
      }
      if (style === "matrix") return pairs.map(([key, item]) => named(item, key)).join("");
      const texts = pairs.map((pair) => pair.join("="));
      return style === "label" ? `.${texts.join(".")}` : texts.join(",");
    }
  }
}

/** A parameter of a query, a form or cookies. `name` is as it was before it was encoded. */
export type Pair = { readonly name: string; readonly encoded: string };

/** What stands between the parts of a value that is one parameter. */
const DELIMITERS: Partial<Record<ParameterStyle, string>> = {
  spaceDelimited: " ",
  pipeDelimited: "|",
};

/**
 * A value in a query (OpenAPI 3.1.1, "Style Examples"), a form, or cookies: `form`, `spaceDelimited`,
 * `pipeDelimited` or `deepObject`. Not defined there, and done as most do: `spaceDelimited` and `pipeDelimited` that
 * explode are `form`, and what is deeper in a `deepObject` gets more brackets, with numbers for the items of a list.
 */
export function inQuery(styled: Styled, value: unknown): Pair[] {
  if (styled.style === "deepObject" && typeof value === "object") return deepPairs(styled, value);
  const read = parameterValue(value);
  return read === undefined ? [] : pairsOf(styled, read);
}

function pairsOf({ name, style, explode, allowReserved }: Styled, value: ParameterValue): Pair[] {
  const encode = allowReserved ? reservedPassing : percentEncoded;
  if (value.kind === "text") return [pair(name, encode(value.text))];
  if (explode) {
    return value.kind === "list"
      ? value.items.map((item) => pair(name, encode(item)))
      : value.entries.map(([key, item]) => pair(key, encode(item)));
  }
  const parts = value.kind === "list" ? value.items : value.entries.flat();
  // One that holds the delimiter must not become two; these styles encode the delimiter itself.
  const delimiter = DELIMITERS[style];
  if (delimiter === undefined)
    return [pair(name, parts.map((part) => encode(part).replaceAll(",", "%2C")).join(","))];
  if (parts.some((part) => part.includes(delimiter)))
    throw refusedArgument(name, `${JSON.stringify(delimiter)} in an item would make it two`);
  return [pair(name, parts.map(encode).join(percentEncoded(delimiter)))];
}

function deepPairs({ name, allowReserved }: Styled, value: unknown): Pair[] {
  const encode = allowReserved ? reservedPassing : percentEncoded;
  const walk = (key: string, item: unknown): Pair[] => {
    if (isAbsent(item)) return [];
    const members = Array.isArray(item) ? [...item.entries()] : entriesOf(item);
    return members === undefined
      ? [pair(key, encode(asText(item)))]
      : members.flatMap(([inner, deeper]) => {
          if (/[[\]]/.test(String(inner)))
            throw refusedArgument(name, "a name in it must not have a bracket");
          return walk(`${key}[${inner}]`, deeper);
        });
  };
  return walk(name, value);
}

const pair = (name: string, encoded: string): Pair => ({
  name,
  encoded: `${percentEncoded(name)}=${encoded}`,
});
