import { nearest } from "../lib/nearest";
import type { UnknownArgument } from "./unknown-arguments";

// What the model reads of a wrong argument: the same words, whichever kind of schema found it.

/** More values than this are not listed: a model needs only the one that it meant. */
export const MAX_LISTED = 12;
const MAX_LINES = 10;
const MAX_QUOTED_CHARS = 60;

/**
 * One line per problem, and how many more there are.
 *
 * @param lines those to show; more than fit may be given.
 * @param count of all problems, as a client can make very many.
 */
export function wrongArguments(lines: readonly string[], count: number): string {
  const more = Math.max(0, count - MAX_LINES);
  const shown = lines.slice(0, MAX_LINES);
  return `Wrong arguments: ${[...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("\n")}`;
}

/** The first problems: only for these are lines made. */
export function firstOf<Problem>(problems: readonly Problem[]): readonly Problem[] {
  return problems.slice(0, MAX_LINES);
}

export function unknownLine({ path, name, known }: UnknownArgument): string {
  const meant = nearest(name, known);
  const listed = known.length === 0 ? "there are none" : `there are ${listOf(known)}`;
  return at(
    path,
    `unknown argument ${quoted(name)}: ${meant === undefined ? listed : `did you mean ${quoted(meant)}?`}`,
  );
}

export function noneOf(values: readonly unknown[], given: unknown): string {
  const known = values.map(String);
  if (typeof given !== "string") return `expected ${listOf(known)}`;
  if (known.length <= MAX_LISTED) return `${quoted(given)} is not ${listOf(known)}`;
  const meant = nearest(given, known);
  const advice = meant === undefined ? "" : `: did you mean ${quoted(meant)}?`;
  return `${quoted(given)} is none of the ${known.length} values in the schema${advice}`;
}

function listOf(values: readonly string[]): string {
  const shown = values.slice(0, MAX_LISTED).map(quoted);
  const more = values.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

export const quoted = (text: string) =>
  JSON.stringify(text.length > MAX_QUOTED_CHARS ? `${text.slice(0, MAX_QUOTED_CHARS)}…` : text);

/** Such as `at stops[0].on: expected a date`. Not by `z.core`, which would bring all of zod's languages. */
export function at(path: readonly PropertyKey[], message: string): string {
  if (path.length === 0) return message;
  const place = path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
  return `at ${place}: ${message}`;
}

export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inside, key) =>
      typeof inside === "object" && inside !== null ? Reflect.get(inside, key) : undefined,
    value,
  );
}
