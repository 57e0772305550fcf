import type { JsonObjectSchema, Tool } from "../tools/define-tool";
import { toolOf } from "../tools/tool-of";
import { fitted } from "./fit";
import type { Operation, OperationArguments } from "./operation";

/**
 * The same for every operation: an API's answer is in `data`, whatever it is. A document says what it should be, and
 * APIs answer otherwise; clients refuse a result that does not match, though the call was carried out.
 */
const OUTPUT: JsonObjectSchema = {
  type: "object",
  properties: {
    status: { type: "integer", description: "The HTTP status" },
    data: { description: "What the API answered" },
    note: { type: "string", description: "What of the answer is not in data, and why" },
    next: {
      type: "object",
      description: "The arguments that ask for the next page; pass them beside those of this call",
    },
    location: { type: "string" },
    etag: { type: "string" },
    retryAfter: { type: "string" },
  },
  required: [],
};

/** The tool of one operation. The audit keeps none of its arguments: they are ids and texts of people. */
export function operationTool(operation: Operation): Tool {
  const { name, title, description, annotations, scopes } = operation.compiled;
  return toolOf<OperationArguments, unknown>({
    name,
    title,
    description,
    annotations,
    scopes,
    inputSchema: () => operation.detail.input,
    outputSchema: () => OUTPUT,
    parse: (args) => operation.parse(args),
    safeArguments: () => undefined,
    run: async (args, context) =>
      fitted(await operation.call(args, context), operation.detail.answer),
  });
}
