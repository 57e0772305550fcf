import * as z from "zod";
import type { Ask } from "../tools/ask";
import { ToolError } from "../tools/tool-error";
import type { CompiledOperation } from "./compiled";
import { isAbsent } from "./request/parameter-value";
import type { Arguments } from "./request/parameters";

const MAX_LISTED = 12;
const MAX_VALUE_CHARS = 200;

const answers = z.object({ confirm: z.boolean().describe("Yes, do it") });

/**
 * Asks the person before an operation is carried out, and shows them what it is carried out with.
 *
 * @throws ToolError when they do not agree, or their client cannot ask.
 */
export async function confirmed(
  { confirm, title }: Pick<CompiledOperation, "confirm" | "title">,
  args: Arguments,
  ask: Ask,
): Promise<void> {
  if (confirm === undefined) return;
  const heading = confirm === title ? [confirm] : [confirm, title];
  const asked = await ask({ message: [...heading, ...argumentLines(args)].join("\n"), answers });
  if (asked.action !== "accept" || !asked.content.confirm)
    throw new ToolError("Nothing was changed: the person did not agree.");
}

function argumentLines(args: Arguments): string[] {
  const given = Object.entries(args).filter(([, value]) => !isAbsent(value));
  const lines = given.slice(0, MAX_LISTED).map(([name, value]) => `${name}: ${shown(value)}`);
  const more = given.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}

/** In one line, between quotes where it is text: a value cannot pass for what this server says. */
function shown(value: unknown): string {
  const text = JSON.stringify(value).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
  return text.length > MAX_VALUE_CHARS
    ? `${text.slice(0, MAX_VALUE_CHARS)} … (${text.length} characters)`
    : text;
}
