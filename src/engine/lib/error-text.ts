import * as z from "zod";
import { GatehouseError } from "./gatehouse-error";

const MAX_CHARS = 300;
const MAX_DETAILS_CHARS = 8_000;

/** Longer than words are, and as long as secrets are. */
const LONG_RUN = /[^\s"'()<>,;:]{25,}/g;
const E_MAIL = /[^\s"'()<>,;:]+@[^\s"'()<>,;]+/g;

/**
 * What of an error may stand in a log: its class, the code of one of ours, and its message where that cannot quote what somebody
 * sent. Parsers do quote it (V8's JSON.parse: `"access_tok"... is not valid JSON`), so theirs is left out;
 * and so is, of any message, what is long enough for a token or looks like an address.
 */
export function errorText(error: unknown): string {
  if (error instanceof z.ZodError) {
    // Paths are left out too: where a schema takes any key, they are what was sent.
    return `${error.name}: ${[...new Set(error.issues.map(({ code }) => code))].join(", ")}`;
  }
  if (!(error instanceof Error)) return typeof error;
  if (error instanceof SyntaxError) return error.name;
  const message = error.message.slice(0, MAX_CHARS).replace(E_MAIL, "[…]").replace(LONG_RUN, "[…]");
  const code = error instanceof GatehouseError ? ` (${error.code})` : "";
  return `${error.name}${code}: ${message}`;
}

/**
 * All of an error, for the person at whose machine the server runs: its stack, the errors that caused it, and
 * where a schema was not met. It may quote what somebody sent, so no log of a deployed server has it.
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
