import { type ErrorCode, GatehouseError } from "../lib/gatehouse-error";

/** A tool, a toolset or the server is not defined rightly. The message names it, and what to change. */
export class DefinitionError extends GatehouseError {
  override readonly name = "DefinitionError";
  override readonly code = "definition_invalid" satisfies ErrorCode;
}
