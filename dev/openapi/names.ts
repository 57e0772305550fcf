import { createHash } from "node:crypto";
import type { DocumentOperation } from "./document-operations.ts";

/** Clients put their own name and the server's before it, and models take 64. */
const MAX_CHARS = 48;

/** The tools that stand for all operations with `offer: search`. */
const RESERVED = [
  "search_operations",
  "describe_operation",
  "call_read_operation",
  "call_write_operation",
];

type Named = Pick<DocumentOperation, "key" | "method" | "path" | "operationId">;

/**
 * Suggests a name for each operation that has none yet.
 *
 * Of operations that would have the same name, none gets it: each takes the next of its own candidates (its
 * operationId, then its method and path, then that with a hash of its key), so that no order matters.
 *
 * @param standing the names that people reviewed already, by operation; they stay.
 * @returns names of at most 48 of `[a-z0-9_]`, by operation.
 */
export function suggestNames(
  operations: readonly Named[],
  standing: ReadonlyMap<string, string>,
): Map<string, string> {
  const taken = new Set([...standing.values(), ...RESERVED]);
  const levels = new Map<string, number>();
  const waiting = operations.filter(({ key }) => !standing.has(key));
  for (const { key } of waiting) levels.set(key, 0);
  const nameOf = (operation: Named) => candidate(operation, levels.get(operation.key) ?? 0);
  for (;;) {
    const byName = Map.groupBy(waiting, nameOf);
    const colliding = [...byName].flatMap(([name, group]) =>
      name === "" || group.length > 1 || taken.has(name) ? group : [],
    );
    if (colliding.length === 0) break;
    for (const { key } of colliding) levels.set(key, (levels.get(key) ?? 0) + 1);
  }
  return new Map(waiting.map((operation) => [operation.key, nameOf(operation)]));
}

/** Empty when the operation has none at this level. */
function candidate({ key, method, path, operationId }: Named, level: number): string {
  const fromPath = wordsOf(`${method} ${path.replaceAll(/\{([^}]*)\}/g, " by $1 ")}`);
  if (level === 0) return shortened(wordsOf(operationId ?? ""), key);
  if (level === 1) return shortened(fromPath, key);
  const hash = createHash("sha256")
    .update(key)
    .digest("hex")
    .slice(0, 4 + level);
  return `${cut(fromPath, MAX_CHARS - hash.length - 1)}_${hash}`;
}

/** `getTicketByID` as `get_ticket_by_id`. A name in other letters than Latin has no words. */
function wordsOf(text: string): string {
  if (/[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u.test(text)) return "";
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");
}

/** A long name is cut after a word, and a hash of the operation's key makes it its own again. */
function shortened(name: string, key: string): string {
  if (name.length <= MAX_CHARS) return name;
  const hash = createHash("sha256").update(key).digest("hex").slice(0, 5);
  return `${cut(name, MAX_CHARS - hash.length - 1)}_${hash}`;
}

function cut(name: string, chars: number): string {
  if (name.length <= chars) return name;
  const head = name.slice(0, chars + 1);
  const end = head.lastIndexOf("_");
  return end > chars / 2 ? head.slice(0, end) : name.slice(0, chars);
}

/** `get_ticket` as `Get ticket`. */
export function titleFromName(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
