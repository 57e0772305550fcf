import type { JsonObjectSchema, Tool } from "../tools/define-tool";
import { FITTED_MEMBERS } from "../tools/fit-schemas";
import { toolOf } from "../tools/tool-of";
import type { Operation } from "./operation";
import { callOperation, callSchema, type OperationCall, parseCall } from "./operation-call";

/**
 * The same for every operation: an API's answer is in `data`, whatever it is. A document says what it should be, and
 * APIs answer otherwise; clients refuse a result that does not match, though the call was carried out.
 */
export const ANSWER_SCHEMA: JsonObjectSchema = {
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
    ...FITTED_MEMBERS,
  },
  required: [],
};

/** The tool of one operation. The audit keeps none of its arguments: they are ids and texts of people. */
export function operationTool(operation: Operation): Tool {
  const { name, title, description, annotations, scopes } = operation.compiled;
  return toolOf<OperationCall, unknown>({
    name,
    title,
    description,
    annotations,
    scopes,
    inputSchema: () => callSchema(operation),
    outputSchema: () => ANSWER_SCHEMA,
    parse: (args) => parseCall(operation, args),
    safeArguments: () => undefined,
    run: (call, context) => callOperation(operation, call, context),
  });
}
