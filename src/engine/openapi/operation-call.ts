import type { ParsedArguments } from "../tools/arguments";
import type { ToolContext } from "../tools/define-tool";
import {
  CONTINUE_ARGUMENT,
  CONTINUE_FROM,
  propertiesOf,
  splitCursor,
  withProperties,
} from "../tools/fit-schemas";
import type { JsonObjectSchema } from "../tools/json-schema";
import { type Fitted, fitted, goingOn, type Wanted } from "./fit";
import type { Operation, OperationArguments } from "./operation";

/** A call of an operation, its arguments checked. */
export type OperationCall = Wanted & { readonly args: OperationArguments };

/**
 * Whether a call can be made again for the rest of its answer: it only reads, and the operation has no argument of
 * that name.
 */
export function canGoOn(operation: Operation): boolean {
  return (
    operation.compiled.annotations.readOnlyHint &&
    !Object.hasOwn(propertiesOf(operation.detail.input), CONTINUE_FROM)
  );
}

/** The arguments of an operation's own tool: with a cursor, where it can go on. */
export function callSchema(operation: Operation): JsonObjectSchema {
  const { input } = operation.detail;
  return canGoOn(operation) ? withProperties(input, CONTINUE_ARGUMENT) : input;
}

/** Checks the arguments of an operation's own tool. */
export function parseCall(operation: Operation, args: unknown): ParsedArguments<OperationCall> {
  const { rest, cursor } = canGoOn(operation)
    ? splitCursor(args)
    : { rest: args, cursor: undefined };
  if (cursor !== undefined && typeof cursor !== "string") {
    return { ok: false, message: `Wrong arguments: at ${CONTINUE_FROM}: expected a text` };
  }
  const parsed = operation.parse(rest);
  return parsed.ok ? { ok: true, args: { args: parsed.args, cursor } } : parsed;
}

/**
 * Calls an operation as the person, and makes its answer fit.
 *
 * @throws as {@link Operation.call}, and ToolError when it cannot go on from the cursor.
 */
export async function callOperation(
  operation: Operation,
  { args, ...wanted }: OperationCall,
  context: ToolContext,
): Promise<Fitted> {
  const { answer } = operation.detail;
  // Before the call, which would be for nothing.
  const goOn = canGoOn(operation)
    ? await goingOn(operation.compiled.name, args, wanted)
    : undefined;
  return fitted(await operation.call(args, context), answer, wanted, goOn);
}
