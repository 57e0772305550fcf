import * as z from "zod";
import { answerText } from "../../answers/answer-text";
import type { Tool } from "../../tools/define-tool";
import { defineTool } from "../../tools/define-tool";
import { kindOf, type OperationSet } from "./operation-set";
import type { ToolNames } from "./tool-names";

const MAX_FOUND = 20;
const MAX_GROUPS = 40;

/** Finds operations by what a person wants, and says which of them this token may call. */
export function searchTool(operations: OperationSet, names: ToolNames, about: string): Tool {
  const groups = groupsOf(operations);
  return defineTool({
    name: names.search,
    title: `Search what ${about} can do`,
    description: `Finds the operations of ${about} that do what you want: there are ${operations.all.length}, ${groups}. Then read one with ${names.describe}, and call it with the tool in "call_with".`,
    scopes: { among: operations.scopesOf(), needed: () => [] },
    input: z.object({
      query: z
        .string()
        .min(1)
        .max(300)
        .describe('What you want to do, in a few words, such as "close a ticket"'),
      limit: z.int().min(1).max(MAX_FOUND).default(8),
    }),
    output: z.object({
      operations: z.array(
        z.object({
          operation: z.string(),
          title: z.string(),
          group: z.string(),
          call_with: z.string(),
          access: z.string().optional().describe("What the person has not given yet"),
        }),
      ),
      note: z.string().optional(),
    }),
    annotations: {
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    run({ query, limit }, { principal }) {
      const found = operations.search(query, limit).map((operation) => {
        const access = operations.missing(operation, principal.scopes);
        const { name, title, group } = operation.compiled;
        return {
          operation: name,
          title,
          group,
          call_with: names[kindOf(operation)],
          ...(access !== undefined && { access }),
        };
      });
      return {
        operations: found,
        ...(found.length === 0 && { note: `Nothing is like that. There is ${groups}.` }),
      };
    },
    text: answerText,
  });
}

/** What the operations are about, the largest groups first. */
function groupsOf({ all }: OperationSet): string {
  const counts = new Map<string, number>();
  for (const { compiled } of all) {
    counts.set(compiled.group, (counts.get(compiled.group) ?? 0) + 1);
  }
  const named = [...counts].filter(([group]) => group !== "").toSorted(([, a], [, b]) => b - a);
  const shown = named.slice(0, MAX_GROUPS).map(([group]) => group);
  const more = named.length - shown.length;
  return `about ${shown.join(", ") || "one thing"}${more > 0 ? ` and ${more} more` : ""}`;
}
