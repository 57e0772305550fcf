import { CursorError, callKey, placeIn } from "../answers/cursor";
import { selectFields } from "../answers/fields";
import { DEFAULT_BUDGET_TOKENS, type FitOptions, fitAnswer } from "../answers/fit-answer";
import { estimateTokens } from "../answers/tokens";
import { visibleJson, visibleText } from "../answers/visible-json";
import { dataNotice, withDataAfter } from "../tools/data-notice";
import { CONTINUE_FROM, LEFT_OUT } from "../tools/fit-schemas";
import { ToolError } from "../tools/tool-error";
import type { OperationAnswer } from "./answer";
import type { CompiledAnswer } from "./compiled";

/** What a tool gives back. */
export type Fitted = { readonly output: Record<string, unknown>; readonly text: string };

/** What a call says of the part of the answer that it wants. */
export type Wanted = {
  /** Among those that people chose for the operation. */
  readonly fields?: readonly string[] | undefined;
  /** Of the part before. */
  readonly cursor?: string | undefined;
};

const NOTICE = dataNotice("the API and the people who use it");

/**
 * What of an answer the model gets, as structured content and as text, which say the same.
 *
 * @param rules what people chose of the operation's answers.
 * @throws ToolError when it cannot go on from the cursor.
 */
export function fitted(
  answer: OperationAnswer,
  rules: CompiledAnswer,
  wanted: Wanted = {},
  goOn?: FitOptions["goOn"],
): Fitted {
  const { data, note, ...facts } = answer;
  const said = [...(note === undefined ? [] : [note]), visibleJson(facts)];
  const budgetTokens = DEFAULT_BUDGET_TOKENS - Math.ceil(estimateTokens(said.join("\n")));
  // What people chose is all there is: nobody gets around it by asking for other fields.
  const allowed = rules.fields === undefined ? data : selectFields(data, rules.fields);
  const { value, text, leftOut, continueFrom } = cursorChecked(() =>
    fitAnswer(allowed, { fields: wanted.fields, leaveOut: rules.leaveOut, budgetTokens, goOn }),
  );
  if (leftOut !== undefined) said.push(leftOut);
  if (continueFrom !== undefined) said.push(`${CONTINUE_FROM}: ${continueFrom}`);
  const output = {
    ...facts,
    ...(note !== undefined && { note }),
    ...(value !== undefined && { data: value }),
    ...(leftOut !== undefined && { [LEFT_OUT]: leftOut }),
    ...(continueFrom !== undefined && { [CONTINUE_FROM]: continueFrom }),
  };
  if (value === undefined) return { output, text: said.join("\n") };
  const shown = typeof value === "string" ? visibleText(value) : text;
  return { output, text: withDataAfter(said, NOTICE, shown) };
}

/**
 * Where a call of an operation that only reads goes on.
 *
 * @throws ToolError when the cursor is not one of this call.
 */
export async function goingOn(operation: string, args: unknown, { fields, cursor }: Wanted) {
  const call = await callKey(operation, [args, fields]);
  if (cursor !== undefined) cursorChecked(() => placeIn(cursor, call));
  return { call, cursor };
}

/** @throws ToolError in place of a CursorError. */
function cursorChecked<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof CursorError)) throw error;
    throw new ToolError(error.message, { code: error.code, cause: error });
  }
}
