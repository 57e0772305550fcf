import type { CompiledOperation } from "../../src/engine/openapi/compiled.ts";
import { compileDocument } from "./compile-document.ts";
import { canonicalJson, isObject, type JsonObject } from "./json.ts";

export type Change = {
  /** The operation's. */
  readonly key: string;
  /** What of it a model would notice. */
  readonly parts: readonly ("description" | "arguments" | "answer")[];
};

/** What has changed in the operations that both documents have, whether on or off. */
export function changedOperations(before: JsonObject, after: JsonObject): Change[] {
  if (canonicalJson(before) === canonicalJson(after)) return [];
  const everything = { name: "api", everythingOn: true } as const;
  const old = compileDocument(before, everything).byKey;
  return [...compileDocument(after, everything).byKey].flatMap(([key, operation]) => {
    const earlier = old.get(key);
    const parts = earlier === undefined ? [] : changedParts(earlier, operation);
    return parts.length > 0 ? [{ key, parts }] : [];
  });
}

function changedParts(before: CompiledOperation, after: CompiledOperation): Change["parts"] {
  const [old, now] = [before, after].map(({ detail }): JsonObject => {
    const parsed: unknown = JSON.parse(detail);
    return isObject(parsed) ? parsed : {};
  });
  const differs = (name: string) =>
    canonicalJson(old?.[name] ?? null) !== canonicalJson(now?.[name] ?? null);
  return [
    ...(before.description === after.description ? [] : (["description"] as const)),
    ...(["input", "parameters", "body"].some(differs) ? (["arguments"] as const) : []),
    ...(differs("answer") ? (["answer"] as const) : []),
  ];
}
