import type { ErrorCode } from "../../lib/gatehouse-error";
import { ToolError } from "../../tools/tool-error";

/** An argument that the schema accepts, and that no request can carry to its place. */
export function refusedArgument(argument: string, why: string): ToolError {
  return new ToolError(`Wrong arguments: at ${argument}: ${why}`, {
    code: "arguments_invalid" satisfies ErrorCode,
  });
}

/** @throws ToolError when it has half a surrogate pair, which UTF-8 has no bytes for. */
export function refuseBrokenText(argument: string, value: unknown): void {
  if (typeof value === "string" && !value.isWellFormed())
    throw refusedArgument(argument, "is no well-formed text");
  if (typeof value !== "object" || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    refuseBrokenText(argument, key);
    refuseBrokenText(argument, item);
  }
}
