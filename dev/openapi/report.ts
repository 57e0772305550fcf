import type { CompiledOperation } from "../../src/engine/openapi/compiled.ts";
import type { Change } from "./changes.ts";
import type { Compilation } from "./compile-document.ts";
import { TOKENS_PER_TOOL } from "./compile-operation.ts";
import { isObject } from "./json.ts";
import { tokensOf } from "./words.ts";

const MAX_LINES = 20;
const MAX_LARGEST = 10;

/** What a tool costs in a list. */
export function toolTokens({ name, title, description, detail }: CompiledOperation): number {
  const parsed: unknown = JSON.parse(detail);
  return tokensOf(
    JSON.stringify({ name, title, description, inputSchema: isObject(parsed) ? parsed.input : {} }),
  );
}

/** What has come, changed and gone since the last run. */
export function changeLines(
  added: readonly string[],
  changed: readonly Change[],
  gone: readonly string[],
  isOn: (key: string) => boolean,
): string[] {
  const state = (key: string) => (isOn(key) ? ", on" : "");
  return [
    ...section("Added, off", added),
    ...section(
      "Changed",
      // What people switched on matters first.
      [...changed]
        .sort((a, b) => Number(isOn(b.key)) - Number(isOn(a.key)))
        .map(({ key, parts }) => `${key} (${parts.join(", ")}${state(key)})`),
    ),
    ...section(
      "Gone",
      gone.map((key) => (isOn(key) ? `${key}: it is still on, so npm run check fails` : key)),
    ),
  ];
}

/** What could not be compiled, what was read otherwise, and what the tools cost. */
export function compilationLines(
  { api, compiled, faults, problems }: Compilation,
  bytes: number,
  ms: number,
): string[] {
  const costs = compiled.operations
    .map((operation) => ({ name: operation.name, tokens: toolTokens(operation) }))
    .sort((a, b) => b.tokens - a.tokens);
  const total = costs.reduce((sum, { tokens }) => sum + tokens, 0);
  const over = costs.filter(({ tokens }) => tokens > TOKENS_PER_TOOL).length;
  const text = (place: string, message: string) => `${place}: ${message}`;
  return [
    ...section(
      "Left out",
      faults.map(({ place, message }) => text(place, message)),
    ),
    ...section(
      "Noted",
      problems.map(({ place, message }) => text(place, message)),
    ),
    ...section(
      "The largest tools, in tokens",
      costs
        .slice(0, MAX_LARGEST)
        .map(
          ({ name, tokens }) =>
            `${number(tokens).padStart(9)}  ${name}${tokens > TOKENS_PER_TOOL ? "  !" : ""}`,
        ),
    ),
    ...(over > 0
      ? [
          `! ${over} of them are over ${number(TOKENS_PER_TOOL)} tokens: leave out parameters, or offer: search.`,
        ]
      : []),
    `${api.title} ${api.version}: ${counted(api.operations.length)}, ${compiled.operations.length} on, ${number(total)} tokens in a list. ` +
      `compiled.ts has ${number(Math.ceil(bytes / 1_000))} kB, compiled in ${(ms / 1_000).toFixed(1)} s.`,
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const more = lines.length - MAX_LINES;
  return [
    `${title}:`,
    ...lines.slice(0, MAX_LINES).map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

const counted = (operations: number) =>
  operations === 1 ? "1 operation" : `${number(operations)} operations`;

const number = (value: number) => value.toLocaleString("en-US");
