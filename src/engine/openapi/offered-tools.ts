import { DefinitionError } from "../lib/definition-error";
import type { Tool } from "../tools/define-tool";
import type { CompiledOpenApi } from "./compiled";
import type { Operation } from "./operation";
import { operationTool } from "./operation-tool";

/**
 * The tools that a compiled document offers.
 *
 * @throws DefinitionError for `offer: "search"`, which needs the tools that search.
 */
export function offeredTools(
  operations: readonly Operation[],
  { offer }: Pick<CompiledOpenApi, "offer">,
): Tool[] {
  if (offer === "tools") return operations.map(operationTool);
  throw new DefinitionError('A catalogue with "offer: search" cannot be offered yet');
}
