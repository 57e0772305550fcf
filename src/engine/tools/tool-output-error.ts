import type * as z from "zod";
import { type ErrorCode, GatehouseError } from "../lib/gatehouse-error";

/** A tool's result does not match its output schema. `cause` has where and how. */
export class ToolOutputError extends GatehouseError {
  override readonly name = "ToolOutputError";
  override readonly code = "tool_output_invalid" satisfies ErrorCode;

  constructor(tool: string, cause: z.ZodError) {
    // Only the codes of the issues: if a schema accepts any key, a path is what somebody wrote.
    const codes = new Set(cause.issues.map(({ code }) => code));
    super(
      `The result of the tool "${tool}" does not match its output schema: ${[...codes].join(", ")}`,
      {
        cause,
      },
    );
  }
}
