import type * as z from "zod";
import {
  at,
  firstOf,
  MAX_LISTED,
  noneOf,
  quoted,
  unknownLine,
  valueAt,
  wrongArguments,
} from "./argument-lines";
import { unknownArguments } from "./unknown-arguments";

export type ParsedArguments<Arguments> =
  | { readonly ok: true; readonly args: Arguments }
  /** One line per problem, for the model to read. */
  | { readonly ok: false; readonly message: string };

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
    ...firstOf(issues).flatMap((issue) => issueLines(issue, args)),
    ...firstOf(unknown).map(unknownLine),
  ];
  return { ok: false, message: wrongArguments(shown, issues.length + unknown.length) };
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
