import * as z from "zod";
import { GatehouseError } from "./gatehouse-error";

const MAX_CHARS = 300;
const MAX_DETAILS_CHARS = 8_000;

/** Longer than words, and as long as secrets. */
const LONG_RUN = /[^\s"'()<>,;:]{25,}/g;
const E_MAIL = /[^\s"'()<>,;:]+@[^\s"'()<>,;]+/g;

/**
 * What a log may have of an error: its class, the code of one of ours, and its message if that cannot quote
 * input. Parsers do quote it (V8's JSON.parse: `"access_tok"... is not valid JSON`), so their messages are left
 * out; and so is any part of a message that is long enough for a token or looks like an address.
 */
export function errorText(error: unknown): string {
  if (error instanceof z.ZodError) {
    // Paths are left out too: if a schema accepts any key, they are input.
    return `${error.name}: ${[...new Set(error.issues.map(({ code }) => code))].join(", ")}`;
  }
  if (!(error instanceof Error)) return typeof error;
  if (error instanceof SyntaxError) return error.name;
  const message = error.message.slice(0, MAX_CHARS).replace(E_MAIL, "[…]").replace(LONG_RUN, "[…]");
  const code = error instanceof GatehouseError ? ` (${error.code})` : "";
  return `${error.name}${code}: ${message}`;
}

/**
 * The whole error, for the developer on their own machine: its stack, the errors that caused it, and where a
 * value did not match its schema. It may quote input, so no log of a deployed server has it.
 */
export function errorDetails(error: unknown): string {
  const lines: string[] = [];
  for (let cause = error, depth = 0; cause !== undefined && depth < 5; depth++) {
    if (!(cause instanceof Error)) {
      lines.push(String(cause));
      break;
    }
    if (cause instanceof z.ZodError) lines.push(z.prettifyError(cause));
    lines.push(cause.stack ?? `${cause.name}: ${cause.message}`);
    cause = cause.cause;
  }
  return lines.join("\nCaused by ").slice(0, MAX_DETAILS_CHARS);
}
