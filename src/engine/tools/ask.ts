import * as z from "zod";

/** What a person may be asked for in a form (MCP, elicitation): one level of plain values. */
export type Answers = z.ZodObject<
  Record<string, z.ZodString | z.ZodNumber | z.ZodBoolean | z.ZodEnum>
>;

export type Question<Form extends Answers> = {
  /** Shown to the person. Say what happens when they agree. Never ask for a secret. */
  readonly message: string;
  readonly answers: Form;
};

/** The person filled in the form, refused, or closed it without a choice. */
export type Asked<Content> =
  | { readonly action: "accept"; readonly content: Content }
  | { readonly action: "decline" }
  | { readonly action: "cancel" };

/**
 * Asks the person something in the middle of a call, through their client.
 *
 * A tool must ask before it changes anything, and must not catch what this throws: clients of
 * 2026-07-28 get the question as the call's result and make the call again with the answer, so the
 * tool runs again from its start, and `ask` then returns at once.
 *
 * @throws ToolError when the client cannot show questions.
 *
 * @example
 * const answer = await ask({
 *   message: "Delete all of your notes? This cannot be undone.",
 *   answers: z.object({ confirm: z.boolean().describe("Yes, delete all of my notes") }),
 * });
 * if (answer.action !== "accept" || !answer.content.confirm) throw new ToolError("Nothing was deleted.");
 */
export type Ask = <Form extends Answers>(
  question: Question<Form>,
) => Promise<Asked<z.output<Form>>>;

const answerSchema = z.discriminatedUnion("action", [
  z.object({ action: z.literal("accept"), content: z.unknown() }),
  z.object({ action: z.literal("decline") }),
  z.object({ action: z.literal("cancel") }),
]);

/** A client's answer, parsed; an invalid one counts as closing the form. */
export function parseAnswer<Form extends Answers>(
  answers: Form,
  answer: unknown,
): Asked<z.output<Form>> {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) return { action: "cancel" };
  if (parsed.data.action !== "accept") return parsed.data;
  const content = answers.safeParse(parsed.data.content);
  return content.success ? { action: "accept", content: content.data } : { action: "cancel" };
}
