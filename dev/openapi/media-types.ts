import type { CompiledBody } from "../../src/engine/openapi/compiled.ts";

export type BodyKind = CompiledBody["kind"];

/** `application/json; charset=utf-8` as `application/json`. */
export const essence = (type: string) => type.split(";", 1)[0]?.trim().toLowerCase() ?? "";

const TEXT =
  /^text\/|[/+](?:xml|yaml|x-yaml|graphql|csv|javascript|x-ndjson|ndjson|jsonl|jwt|json-seq)$/;

export function kindOf(type: string): BodyKind {
  const name = essence(type);
  if (isJson(name) || name === "*/*" || name === "application/*") return "json";
  if (name === "application/x-www-form-urlencoded") return "form";
  if (name.startsWith("multipart/")) return "multipart";
  return TEXT.test(name) ? "text" : "bytes";
}

export const isJson = (name: string) => /[/+]json$/.test(essence(name));

const ORDER: readonly BodyKind[] = ["json", "form", "multipart", "text", "bytes"];

/** Of JSON, plain JSON is what all APIs mean; a patch by operations is the hardest to write. */
function rank(type: string): number {
  const name = essence(type);
  const kind = ORDER.indexOf(kindOf(type)) * 10;
  if (name === "application/json") return kind;
  if (name.endsWith("merge-patch+json")) return kind + 1;
  return name.endsWith("json-patch+json") ? kind + 9 : kind + 5;
}

/** The one that a model can write best, of those that an API takes. */
export function bestType(types: readonly string[]): string | undefined {
  return [...types].sort((a, b) => rank(a) - rank(b))[0];
}

/** What is sent for a range of types. */
export const concrete = (type: string) =>
  type.includes("*") ? (kindOf(type) === "json" ? "application/json" : concreteOther(type)) : type;

const concreteOther = (type: string) =>
  type.startsWith("text/") ? "text/plain" : "application/octet-stream";
