import type { Catalogue, OperationSettings } from "./catalogue-schema.ts";
import type { ApiDocument, DocumentOperation } from "./document-operations.ts";
import { suggestEffect } from "./effects.ts";
import { suggestNames, titleFromName } from "./names.ts";
import { plainText } from "./words.ts";

const MAX_TITLE_CHARS = 80;

/**
 * What a new catalogue says of each operation, all switched off. People change it as they like.
 *
 * @param name the toolset's.
 * @param standing the names that operations have already.
 */
export function suggestOperations(
  api: ApiDocument,
  name: string,
  standing: ReadonlyMap<string, string> = new Map(),
): Map<string, OperationSettings> {
  const names = suggestNames(api.operations, standing);
  return new Map(
    api.operations.map((operation) => {
      const tool = standing.get(operation.key) ?? names.get(operation.key) ?? "";
      return [operation.key, suggestOne(operation, tool, name)];
    }),
  );
}

function suggestOne(operation: DocumentOperation, tool: string, name: string): OperationSettings {
  const effect = suggestEffect(operation.method, tool);
  return {
    on: false,
    name: tool,
    title: titleOf(operation.summary ?? "") || titleFromName(tool),
    scope: `${name}:${effect === "reads" ? "read" : "write"}`,
    effect,
    ...(effect === "destroys" && { confirm: true }),
    ...(operation.deprecated && { deprecated: true as const }),
  };
}

function titleOf(summary: string): string {
  const text = plainText(summary, MAX_TITLE_CHARS).replace(/\.$/, "");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The head of a new catalogue. */
export function suggestHead(
  api: ApiDocument,
  name: string,
  source: string,
): Omit<Catalogue, "operations"> {
  return {
    document: { source, title: api.title, version: api.version },
    offer: "tools",
    scopes: {
      [`${name}:read`]: { description: `See what is in ${api.title}`, baseline: true },
      [`${name}:write`]: { description: `Change what is in ${api.title}`, baseline: false },
    },
  };
}
