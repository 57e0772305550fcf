import { answerText } from "./answer-text";
import { CursorError, cursorFor, MAX_CURSOR_CHARS, placeIn } from "./cursor";
import { cutAt } from "./cut-line";
import { noneChosen, selectFields } from "./fields";
import { type LeftOut, withoutUnread } from "./leave-out";
import { partOf } from "./part";
import { estimateTokens } from "./tokens";

/**
 * How long a result may be. Clients warn or cut above some size: Claude Code warns at 10,000 tokens and saves what is
 * longer than 50,000 characters or 25,000 tokens to a file, and Codex cuts at about 10,000 tokens.
 */
export const DEFAULT_BUDGET_TOKENS = 8_000;
/** Less would have no room for more than what is said of it. */
export const MIN_BUDGET_TOKENS = 1_000;

export type FitOptions = {
  /** What is kept, as dotted paths that go through lists; all by default. */
  readonly fields?: readonly string[] | undefined;
  readonly leaveOut?: readonly LeftOut[] | undefined;
  readonly budgetTokens?: number | undefined;
  /**
   * For a call that only reads, which can be made again: its {@link callKey}, and the cursor of the part before.
   * Without it, what does not fit is left out.
   */
  readonly goOn?: { readonly call: string; readonly cursor?: string | undefined } | undefined;
};

export type FittedAnswer = {
  /** What fits, of the same shape as the answer; undefined when there was none, or not even a character fits. */
  readonly value: unknown;
  /** The same as text. */
  readonly text: string;
  /** What is not in it, in one line. It has no text of the answer. */
  readonly leftOut: string | undefined;
  /** For the call that goes on, with the same arguments. */
  readonly continueFrom: string | undefined;
};

/**
 * Makes an answer fit for a model: keeps the fields that are wanted, leaves out what nobody reads, and cuts it at a
 * budget, each part valid JSON. The parts joined are the whole, if the API answers the same again.
 *
 * @throws CursorError when it cannot go on from the cursor.
 *
 * @example
 * const { value, text, leftOut, continueFrom } = fitAnswer(page, { leaveOut: ["nulls", "links"] });
 */
export function fitAnswer(answer: unknown, options: FitOptions = {}): FittedAnswer {
  const { fields, goOn, budgetTokens = DEFAULT_BUDGET_TOKENS } = options;
  const chosen = fields === undefined ? answer : selectFields(answer, fields);
  const { value: whole, said: left } = withoutUnread(chosen, options.leaveOut ?? []);
  const said = [...left, ...(fields === undefined ? [] : noneChosen(answer, chosen))];
  const from = goOn?.cursor === undefined ? [] : placeIn(goOn.cursor, goOn.call);
  if (whole === undefined) return { value: undefined, text: "", ...nothingLeft(said) };

  const budget = Math.max(budgetTokens, MIN_BUDGET_TOKENS) - SAID_TOKENS;
  const part = partOf(whole, from, budget);
  if (part === undefined && from.length > 0) {
    throw new CursorError(
      "The answer has changed, and continue_from is no place in it any more: leave it out to start over.",
    );
  }
  if (part === undefined) {
    return { value: undefined, text: "", ...nothingLeft([...said, "The answer is too long."]) };
  }
  const { value, next } = part;
  const continueFrom = next && goOn && cursorFor(goOn.call, next);
  const isCut = from.length > 0 || next !== undefined;
  const way =
    continueFrom === undefined
      ? "The rest is left out."
      : "To go on, repeat the call with the same arguments and continue_from.";
  const lines = [...said, ...(isCut ? [cutAt(whole, from, next)] : []), ...(next ? [way] : [])];
  return {
    value,
    text: answerText(value),
    leftOut: lines.length === 0 ? undefined : lines.join(" "),
    continueFrom,
  };
}

/** Kept free for the line that says what is left out, for the cursor, and for the words around them. */
export const SAID_TOKENS = 350 + Math.ceil(estimateTokens("m0".repeat(MAX_CURSOR_CHARS / 2)));

/** @returns what is wrong with a budget. */
export function tooSmallBudget(budgetTokens: number): string | undefined {
  return budgetTokens >= MIN_BUDGET_TOKENS
    ? undefined
    : `a budget of ${budgetTokens} tokens is less than ${MIN_BUDGET_TOKENS}`;
}

function nothingLeft(said: readonly string[]) {
  return { leftOut: said.length === 0 ? undefined : said.join(" "), continueFrom: undefined };
}
