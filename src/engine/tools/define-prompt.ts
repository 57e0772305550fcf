import * as z from "zod";
import { ToolError } from "./define-tool";

/** Arguments of a prompt are strings (MCP, prompts). */
export type PromptArguments = z.ZodObject<Record<string, z.ZodString | z.ZodOptional<z.ZodString>>>;

/** A prompt as the rest of the code sees it. */
export type Prompt = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly scopes: readonly string[];
  readonly arguments: readonly { name: string; description: string; required: boolean }[];
  /**
   * What the person's client puts into the conversation, as the person's own words.
   * @throws ToolError when an argument is missing or wrong.
   */
  text(args: unknown): string;
};

/**
 * Describes a prompt: text that a person can choose in their client instead of typing it.
 *
 * @example
 * export const summarize = definePrompt({
 *   name: "summarize_notes",
 *   title: "Summarize my notes",
 *   description: "Summarizes the notes about a topic.",
 *   scopes: ["notes:read"],
 *   arguments: z.object({ topic: z.string().describe("Such as: travel") }),
 *   text: ({ topic }) => `Summarize my notes about ${topic}.`,
 * });
 */
export function definePrompt<Arguments extends PromptArguments>(definition: {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The scopes that following the prompt needs; only those who have them are offered it. */
  readonly scopes: readonly string[];
  readonly arguments: Arguments;
  text(args: z.output<Arguments>): string;
}): Prompt {
  const { name, title, description, scopes } = definition;
  return {
    name,
    title,
    description,
    scopes,
    arguments: Object.entries(definition.arguments.shape).map(([argument, schema]) => ({
      name: argument,
      description: schema.description ?? "",
      required: !schema.safeParse(undefined).success,
    })),
    text(args) {
      const parsed = definition.arguments.safeParse(args);
      if (!parsed.success) throw new ToolError(`Wrong arguments: ${z.prettifyError(parsed.error)}`);
      return definition.text(parsed.data);
    },
  };
}
