import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import type { Declared, DeclaredParameter } from "./declared.ts";
import { bodyProblem } from "./read-body.ts";

/** A request as an HTTP server would see it. */
export type Sent = {
  readonly url: URL;
  readonly headers: Headers;
  readonly body: Uint8Array | undefined;
};

/** What the arguments gave for a parameter of the document, and for its body. */
export type Given = {
  value(parameter: DeclaredParameter): unknown;
  readonly body: unknown;
};

export type Found = {
  readonly finding: "unfilled parameter" | "lost body" | "wrong serialisation";
  readonly about: string;
};

/**
 * Reads a request as the specification's table of styles says (OpenAPI 3.1, "Style Values"), and compares what
 * it finds with what was given. It knows nothing of the code that made the request.
 *
 * @param base the API's address, before the operation's path.
 * @param template the operation's path.
 */
export async function findings(
  declared: Declared,
  template: string,
  base: URL,
  sent: Sent,
  given: Given,
): Promise<Found[]> {
  const found: Found[] = [];
  const pieces = pathPieces(template, base, sent.url);
  if (pieces === undefined) return [{ finding: "unfilled parameter", about: sent.url.pathname }];
  for (const parameter of declared.parameters) {
    const value = given.value(parameter);
    const about = `${parameter.in} ${parameter.name}`;
    if (value === undefined) {
      found.push({ finding: "unfilled parameter", about });
      continue;
    }
    const read = readParameter(parameter, sent, pieces, value);
    if (read === "undefined by the specification") continue;
    if (!isDeepStrictEqual(read, asText(value))) {
      const seen = `${JSON.stringify(read)} for ${JSON.stringify(asText(value))}`;
      found.push({ finding: "wrong serialisation", about: `${about}: ${seen}` });
    }
  }
  if (declared.body !== undefined) {
    const problem = await bodyProblem(declared.body, sent, given.body);
    if (problem !== undefined) found.push(problem);
  }
  return found;
}

/** The raw text that stands for each `{name}`; undefined where the path is not the template's. */
function pathPieces(
  template: string,
  base: URL,
  url: URL,
): ReadonlyMap<string, string> | undefined {
  const prefix = base.pathname.replace(/\/$/, "");
  if (!url.pathname.startsWith(prefix) || url.origin !== base.origin) return undefined;
  const names = [...template.matchAll(/\{([^}]+)\}/g)].map(([, name = ""]) => name);
  const literal = (text: string) =>
    new URL(`http://x${text}`).pathname.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const parts = template.split("?")[0]?.split(/\{[^}]+\}/) ?? [];
  const pattern = parts
    .map((part) => (part.startsWith("/") ? literal(part) : escaped(part)))
    .join("([^/]*?)");
  const match = new RegExp(`^${pattern}$`).exec(url.pathname.slice(prefix.length));
  return match === null
    ? undefined
    : new Map(names.map((name, index) => [name, match[index + 1] ?? ""]));
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function readParameter(
  parameter: DeclaredParameter,
  { url, headers }: Sent,
  pieces: ReadonlyMap<string, string>,
  value: unknown,
): unknown {
  const { name } = parameter;
  const shape = shapeOf(value);
  if (parameter.mediaType !== undefined) return readContent(parameter, url, headers, pieces);
  if (shape === "deep") return "undefined by the specification";
  switch (parameter.in) {
    case "path":
      return unjoined(pieces.get(name) ?? "", parameter, shape, decodeURIComponent);
    case "header":
      return unjoined(headers.get(name) ?? "", parameter, shape, headerText);
    case "cookie":
      return readPairs(pairs(headers.get("cookie") ?? "", /;\s*/), parameter, value, shape);
    default:
      return readPairs(pairs(url.search.slice(1), "&"), parameter, value, shape);
  }
}

/** A header's text: percent-encoded where HTTP could not carry it as it is. */
function headerText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readContent(
  { name, in: place, mediaType = "" }: DeclaredParameter,
  url: URL,
  headers: Headers,
  pieces: ReadonlyMap<string, string>,
): unknown {
  const raw =
    place === "query"
      ? pairs(url.search.slice(1), "&").find(([key]) => key === name)?.[1]
      : place === "path"
        ? decodeURIComponent(pieces.get(name) ?? "")
        : headers.get(name);
  return raw == null || !/[/+]json/.test(mediaType) ? raw : asText(JSON.parse(raw));
}

type Pairs = readonly (readonly [name: string, value: string, raw: string])[];

/** Both ways to read a query agree, or its server may read another value. */
function pairs(text: string, separator: string | RegExp): Pairs {
  if (text === "") return [];
  return text.split(separator).map((pair) => {
    const [name = "", ...rest] = pair.split("=");
    const raw = rest.join("=");
    const strict = decodeURIComponent(raw);
    if (decodeURIComponent(raw.replaceAll("+", " ")) !== strict)
      throw new Error(`"${raw}" is read in two ways`);
    return [decodeURIComponent(name), strict, raw] as const;
  });
}

type Shape = "primitive" | "list" | "object" | "deep";
const isPrimitive = (value: unknown) => value === null || typeof value !== "object";

function shapeOf(value: unknown): Shape {
  if (isPrimitive(value)) return "primitive";
  const items: unknown[] = Array.isArray(value) ? value : Object.values(value ?? {});
  if (!items.every(isPrimitive)) return "deep";
  return Array.isArray(value) ? "list" : "object";
}

const record = z.record(z.string(), z.unknown());

function readPairs(
  all: Pairs,
  { name, style, explode }: DeclaredParameter,
  value: unknown,
  shape: Shape,
) {
  const own = all.filter(([key]) => key === name);
  if (shape === "primitive") return own.length === 1 ? own[0]?.[1] : own.map(([, text]) => text);
  if (style === "deepObject") {
    if (shape !== "object") return "undefined by the specification";
    const members = all.filter(([key]) => key.startsWith(`${name}[`) && key.endsWith("]"));
    return Object.fromEntries(members.map(([key, text]) => [key.slice(name.length + 1, -1), text]));
  }
  if (shape === "object" && explode && style === "form") {
    const names = Object.keys(record.parse(value));
    return Object.fromEntries(
      all.filter(([key]) => names.includes(key)).map(([key, text]) => [key, text]),
    );
  }
  if (explode)
    return shape === "list" ? own.map(([, text]) => text) : "undefined by the specification";
  const between = { form: ",", spaceDelimited: "%20", pipeDelimited: /\||%7C/ }[style];
  if (between === undefined || own.length !== 1) return own.map(([, text]) => text);
  const items = (own[0]?.[2] ?? "").split(between).map((item) => decodeURIComponent(item));
  // A value's own space or bar looks like the one between two: the specification says nothing of it.
  if (style !== "form" && items.length !== (Array.isArray(value) ? value.length : 0)) {
    return "undefined by the specification";
  }
  return shape === "list" ? items : fromNamesAndValues(items);
}

function unjoined(
  raw: string,
  parameter: DeclaredParameter,
  shape: Shape,
  decode: (text: string) => string,
) {
  const { style, explode, name } = parameter;
  const start = { label: ".", matrix: ";" }[style] ?? "";
  if (!raw.startsWith(start)) return raw;
  const text = raw.slice(start.length);
  const isMatrix = style === "matrix";
  if (shape === "primitive") return decode(isMatrix ? text.replace(`${name}=`, "") : text);
  const between = explode ? ({ label: ".", matrix: ";" }[style] ?? ",") : ",";
  const joined = isMatrix && !explode ? text.replace(`${name}=`, "") : text;
  const items = joined.split(between);
  if (shape === "list") {
    return items.map((item) =>
      decode(isMatrix && explode ? item.replace(`${name}=`, "") : item.trim()),
    );
  }
  if (!explode) return fromNamesAndValues(items.map((item) => decode(item.trim())));
  return Object.fromEntries(
    items.map((item) => {
      const [key = "", ...value] = item.split("=");
      return [decode(key.trim()), decode(value.join("="))];
    }),
  );
}

function fromNamesAndValues(items: readonly string[]) {
  const entries: [string, string][] = [];
  for (let index = 0; index < items.length; index += 2) {
    entries.push([items[index] ?? "", items[index + 1] ?? ""]);
  }
  return Object.fromEntries(entries);
}

/** Numbers and booleans are text on the way. */
function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText);
  if (!isPrimitive(value)) {
    return Object.fromEntries(
      Object.entries(record.parse(value)).map(([key, item]) => [key, asText(item)]),
    );
  }
  return String(value);
}
