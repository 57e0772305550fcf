import * as z from "zod";
import { type ErrorCode, GatehouseError } from "../lib/gatehouse-error.ts";

/** Thrown by `parseConfig`. The message names every bad variable and what to do about each. */
export class ConfigError extends GatehouseError {
  override readonly name = "ConfigError";
  override readonly code = "config_invalid" satisfies ErrorCode;
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `Gatehouse is not configured correctly:\n${problems.map((problem) => `- ${problem}`).join("\n")}\n` +
        "Set variables in wrangler.jsonc or .dev.vars, and secrets with `npx wrangler secret put NAME`. " +
        "docs/configuration.md explains each.",
    );
    this.problems = problems;
  }
}

/** `http` is for a server on the developer's own machine only; everywhere else it would leak codes and tokens. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

export const secureUrl = z.url("must be a URL such as https://example.com").refine((value) => {
  if (!URL.canParse(value)) return true;
  const url = new URL(value);
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
}, "must start with https:// (http:// is accepted only for localhost)");

export const origin = secureUrl.refine(
  (value) => !URL.canParse(value) || new URL(value).origin === value,
  "must be an origin such as https://example.com: no path, no slash at the end, lower case",
);

/** Items separated by commas. */
export const commaSeparated = z.string().transform((value) =>
  value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== ""),
);

/** {@link commaSeparated}; none when the variable is not set. */
export const list = z.string().default("").pipe(commaSeparated);

/** Scope-tokens separated by spaces, as OAuth writes them (RFC 6749, section 3.3). */
export const scopeList = z
  .string()
  .regex(/^[\x20-\x7e]*$/, "must be scopes separated by spaces")
  .default("")
  .transform((value) => value.split(" ").filter((scope) => scope !== ""));

export const onOff = z
  .enum(["on", "off"], 'must be "on" or "off"')
  .transform((value) => value === "on");

// Workers KV does not take a lifetime below a minute, and a year is longer than any of these should be.
export const ttlSeconds = z.coerce
  .number("must be a number of seconds")
  .int("must be a whole number of seconds")
  .min(60, "must be at least 60 seconds")
  .max(366 * 86_400, "must be at most one year, in seconds");

export const required = (what: string) => z.string(`is missing: ${what}`);

/** What is wrong with some variables, one line each: what a parser of them returns in place of a value. */
export class Problems {
  readonly list: readonly string[];

  constructor(...list: string[]) {
    this.list = list;
  }
}

/**
 * One line for each variable that a schema refuses. None repeats a value, which may be a secret.
 *
 * @param variableOf the variable behind a key of the schema, where they differ.
 */
export function refusalsOf(
  result: z.ZodSafeParseResult<unknown>,
  variableOf: (key: string) => string = (key) => key,
): Problems {
  const issues = result.error?.issues ?? [];
  return new Problems(
    ...issues.map(({ path, message }) => `${variableOf(String(path[0]))} ${message}`),
  );
}

/** All the problems among the outcomes of several parsers. */
export function problemsAmong(...outcomes: unknown[]): string[] {
  return outcomes.flatMap((outcome) => (outcome instanceof Problems ? outcome.list : []));
}

/** What the environment sets: an empty value counts as not set, because wrangler.jsonc lists each variable. */
export function variablesIn(env: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
}
