import type * as z from "zod";
import { nearest } from "../lib/nearest";
import { type UnknownArgument, unknownArguments } from "./unknown-arguments";

export type ParsedArguments<Arguments> =
  | { readonly ok: true; readonly args: Arguments }
  /** One line per problem, for the model to read. */
  | { readonly ok: false; readonly message: string };

/** More values than this are not listed: a model needs only the one that it meant. */
const MAX_LISTED = 12;
const MAX_LINES = 10;
const MAX_QUOTED_CHARS = 60;

/** Parses the arguments of a call. A name that the schema does not have is an error, as it may be mistyped. */
export function parseArguments<Schema extends z.ZodObject>(
  schema: Schema,
  args: unknown,
): ParsedArguments<z.output<Schema>> {
  const parsed = schema.safeParse(args);
  const unknown = unknownArguments(schema, args);
  if (parsed.success && unknown.length === 0) return { ok: true, args: parsed.data };
  const issues = parsed.error?.issues ?? [];
  // Only for those that are shown: a client can send very many.
  const shown = [
    ...issues.slice(0, MAX_LINES).flatMap((issue) => issueLines(issue, args)),
    ...unknown.slice(0, MAX_LINES).map(unknownLine),
  ].slice(0, MAX_LINES);
  const more = Math.max(0, issues.length + unknown.length - MAX_LINES);
  return {
    ok: false,
    message: `Wrong arguments: ${[...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("\n")}`,
  };
}

function unknownLine({ path, name, known }: UnknownArgument): string {
  const meant = nearest(name, known);
  const listed = known.length === 0 ? "there are none" : `there are ${listOf(known)}`;
  return at(
    path,
    `unknown argument ${quoted(name)}: ${meant === undefined ? listed : `did you mean ${quoted(meant)}?`}`,
  );
}

function issueLines(issue: z.core.$ZodIssue, args: unknown): string[] {
  const { path } = issue;
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((name) => at(path, `unknown argument ${quoted(name)}`));
    case "invalid_value":
      return [at(path, noneOf(issue.values, valueAt(args, path)))];
    case "invalid_union":
      return unionLines(issue, args);
    default:
      return [at(path, issue.message)];
  }
}

function unionLines(issue: z.core.$ZodIssueInvalidUnion, args: unknown): string[] {
  const { path } = issue;
  const options = "options" in issue ? issue.options : undefined;
  if (issue.discriminator !== undefined && Array.isArray(options)) {
    return [at(path, noneOf(options, valueAt(args, path)))];
  }
  // The form that was meant is the one that matches best: the fewest faults, and deep ones before faults
  // of the whole.
  const [best] = issue.errors.toSorted((one, other) => faults(one) - faults(other));
  if (best === undefined) return [at(path, issue.message)];
  if (best.every((fault) => fault.path.length === 0)) {
    const forms = new Set(
      issue.errors.flat().map((fault) => fault.message.replace(/^Invalid input: /, "")),
    );
    return [
      at(path, `matches none of its forms: ${[...forms].slice(0, MAX_LISTED).join("; or ")}`),
    ];
  }
  const inside = valueAt(args, path);
  const lines = best.flatMap((fault) => issueLines(fault, inside));
  return [
    at(path, `matches none of its ${issue.errors.length} forms; the nearest: ${lines.join("; ")}`),
  ];
}

/** A wrong discriminator weighs most: it means another form. */
const faults = (issues: readonly z.core.$ZodIssue[]) =>
  issues.reduce(
    (sum, { code, path }) => sum + (path.length === 0 ? 100 : code === "invalid_value" ? 10 : 1),
    0,
  );

function noneOf(values: readonly unknown[], given: unknown): string {
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

const quoted = (text: string) =>
  JSON.stringify(text.length > MAX_QUOTED_CHARS ? `${text.slice(0, MAX_QUOTED_CHARS)}…` : text);

/** Such as `at stops[0].on: expected a date`. Not by `z.core`, which would bring all of zod's languages. */
function at(path: readonly PropertyKey[], message: string): string {
  if (path.length === 0) return message;
  const place = path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
  return `at ${place}: ${message}`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inside, key) =>
      typeof inside === "object" && inside !== null ? Reflect.get(inside, key) : undefined,
    value,
  );
}
