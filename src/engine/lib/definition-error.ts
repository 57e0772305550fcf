import { type ErrorCode, GatehouseError } from "./gatehouse-error.ts";

/** The definition of a tool, a toolset or the server is invalid. The message says which, and what to change. */
export class DefinitionError extends GatehouseError {
  override readonly name = "DefinitionError";
  override readonly code = "definition_invalid" satisfies ErrorCode;
}
