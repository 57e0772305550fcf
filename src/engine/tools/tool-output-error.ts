import type * as z from "zod";
import { type ErrorCode, GatehouseError } from "../lib/gatehouse-error";

/** A tool returned something else than its output says. `cause` has where and what. */
export class ToolOutputError extends GatehouseError {
  override readonly name = "ToolOutputError";
  override readonly code = "tool_output_invalid" satisfies ErrorCode;

  constructor(tool: string, cause: z.ZodError) {
    // Of the issues only their codes: where a schema takes any key, a path is what somebody wrote.
    const codes = new Set(cause.issues.map(({ code }) => code));
    super(
      `The tool "${tool}" returned something else than its output says: ${[...codes].join(", ")}`,
      {
        cause,
      },
    );
  }
}
