import { answerText } from "../answers/answer-text";
import { CursorError, callKey, cursorFor, placeIn } from "../answers/cursor";
import { DEFAULT_BUDGET_TOKENS, SAID_TOKENS, tooSmallBudget } from "../answers/fit-answer";
import { shortened } from "../answers/shortened";
import { estimateTokens } from "../answers/tokens";
import { visibleJson } from "../answers/visible-json";
import { DefinitionError } from "../lib/definition-error";
import type { Tool, ToolResult } from "./define-tool";
import {
  CONTINUE_FROM,
  inputWithCursor,
  LEFT_OUT,
  outputWithCursor,
  splitCursor,
} from "./fit-schemas";

/** Makes of a tool one with results that fit. */
export type Fit = <App>(tool: Tool<App>, text: TextOf | undefined) => Tool<App>;

type Output = Readonly<Record<string, unknown>>;
/** The definition's own `text`, if it has one. */
type TextOf = (output: Output) => string;

/**
 * Cuts the longest list of a tool's output to what fits, between two items. A tool that only reads can be called
 * again for the rest: it runs again, with the same arguments, and goes on behind the last item shown. For any
 * other, what does not fit is left out. The rest of the output is as the tool made it.
 *
 * @param list the member of the output that holds the list.
 * @param options.budgetTokens how long the result may be; 8,000 by default.
 *
 * @example
 * export const listNotes = defineTool({ …, output: z.object({ notes: z.array(noteSchema) }), fit: fitList("notes") });
 */
export function fitList(list: string, options: { readonly budgetTokens?: number } = {}): Fit {
  const { budgetTokens = DEFAULT_BUDGET_TOKENS } = options;
  const problem = tooSmallBudget(budgetTokens);
  if (problem !== undefined) throw new DefinitionError(`fitList("${list}"): ${problem}`);
  return (tool, ownText) => {
    const goesOn = tool.annotations.readOnlyHint;
    const textOf = ownText ?? answerText;
    return {
      ...tool,
      inputSchema: () => (goesOn ? inputWithCursor(tool) : tool.inputSchema()),
      outputSchema: () => outputWithCursor(tool, list),
      scopesNeeded: (args) => tool.scopesNeeded(goesOn ? splitCursor(args).rest : args),
      async call(args, context) {
        const { rest, cursor } = goesOn ? splitCursor(args) : { rest: args, cursor: undefined };
        if (cursor !== undefined && typeof cursor !== "string") {
          return failure("arguments_invalid", "Wrong arguments: at continue_from: expected a text");
        }
        const call = await callKey(tool.name, rest);
        try {
          const from = cursor === undefined ? 0 : indexIn(cursor, call);
          const result = await tool.call(rest, context);
          const items = result.ok ? result.output[list] : undefined;
          if (!result.ok || !Array.isArray(items)) return result;
          return fitted(result.output, items, from, call);
        } catch (error) {
          if (error instanceof CursorError) return failure(error.code, error.message);
          throw error;
        }
      },
    };

    function fitted(output: Output, items: readonly unknown[], from: number, call: string) {
      const room = budgetTokens - SAID_TOKENS;
      const render = (shown: readonly unknown[]) => {
        const value = { ...output, [list]: shown };
        const text = textOf(value);
        const tokens = Math.max(estimateTokens(text), estimateTokens(visibleJson(value)));
        return { value, text, fits: tokens <= room };
      };
      const count = mostThat(
        (size) => render(items.slice(from, from + size)).fits,
        items.length - from,
      );
      const isOneTooLong = count === 0 && from < items.length;
      const part = isOneTooLong ? shortened(items[from], (item) => render([item]).fits) : undefined;
      const shown = part === undefined ? items.slice(from, from + count) : [part];
      const { value, text } = render(shown);
      const end = from + (isOneTooLong ? 1 : count);
      const next = goesOn && end < items.length ? cursorFor(call, [end]) : undefined;
      const lines = linesOf({
        from,
        end,
        total: items.length,
        next,
        isOneTooLong,
        isShown: shown.length > 0,
      });
      if (lines.length === 0) return { ok: true, output: value, text } as const;
      const leftOut = lines.join(" ");
      return {
        ok: true,
        output: {
          ...value,
          [LEFT_OUT]: leftOut,
          ...(next !== undefined && { [CONTINUE_FROM]: next }),
        },
        text: [
          leftOut,
          ...(next === undefined ? [] : [`${CONTINUE_FROM}: ${next}`]),
          "",
          text,
        ].join("\n"),
      } as const;
    }
  };
}

type Shown = {
  readonly from: number;
  readonly end: number;
  readonly total: number;
  readonly next: string | undefined;
  readonly isOneTooLong: boolean;
  readonly isShown: boolean;
};

function linesOf({ from, end, total, next, isOneTooLong, isShown }: Shown): string[] {
  const isCut = from > 0 || end < total;
  const numbers = end === from + 1 ? `number ${end} is` : `${from + 1} to ${end} are`;
  return [
    isCut &&
      (end > from
        ? `Of ${total} items, ${numbers} here.`
        : `There are no more than ${total} items.`),
    isOneTooLong && (isShown ? "Its long texts are cut." : "It is too long to show."),
    next !== undefined && "To go on, repeat the call with the same arguments and continue_from.",
    next === undefined && end < total && "The rest is left out.",
  ].filter((line) => line !== false);
}

/** The largest size that fits, where each smaller one does too. */
function mostThat(fits: (size: number) => boolean, limit: number): number {
  if (limit <= 0 || fits(limit)) return Math.max(0, limit);
  let low = 0;
  let high = limit;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** @throws CursorError when it is not a place in a list. */
function indexIn(cursor: string, call: string): number {
  const [index, ...deeper] = placeIn(cursor, call);
  if (typeof index === "number" && deeper.length === 0) return index;
  throw new CursorError("continue_from is not a cursor of this tool: leave it out to start over.");
}

const failure = (code: string, message: string): ToolResult => ({ ok: false, code, message });
