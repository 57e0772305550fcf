import type { Tool } from "../tools/define-tool";
import type { CompiledOpenApi } from "./compiled";
import { fourTools } from "./large/four-tools";
import type { Operation } from "./operation";
import { operationTool } from "./operation-tool";

/**
 * The tools that a compiled document offers: one per operation, or four for all of them with favourites beside.
 *
 * @param prefix before the names of the four, for a server that has two such toolsets.
 */
export function offeredTools(
  operations: readonly Operation[],
  { offer, document, scopes }: CompiledOpenApi,
  prefix?: string,
): Tool[] {
  if (offer === "tools") return operations.map(operationTool);
  const favourites = operations.filter(({ compiled }) => compiled.favourite);
  return [
    ...fourTools(operations, { about: document.title, scopes, prefix }),
    ...favourites.map(operationTool),
  ];
}
