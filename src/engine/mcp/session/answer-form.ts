import * as z from "zod";
import { acceptanceOf } from "../../lib/media-types";

/** How a client takes the answer to its POST: as JSON, as a stream of events, or as either. */
const answerFormSchema = z.enum(["json", "stream", "either"]);
export type AnswerForm = z.infer<typeof answerFormSchema>;

/** Carries the form from the Worker, which has parsed Accept, into the session's object. */
export const ANSWER_FORM_HEADER = "gatehouse-answer-form";

/**
 * What Accept says of the answer to a POST. MCP has clients name both forms; many name only JSON, or nothing. Who does
 * not name the stream does not get one, as it may not be able to read it: such a client cannot be asked anything in
 * the middle of a call, and is told of no progress.
 *
 * @returns undefined for a client that takes neither, which is 406 (RFC 9110, section 15.5.7).
 */
export function answerFormOf(accept: string | null): AnswerForm | undefined {
  const takesJson = acceptanceOf(accept, "application/json") !== "refused";
  const takesStream = acceptanceOf(accept, "text/event-stream") === "named";
  if (takesJson) return takesStream ? "either" : "json";
  return takesStream ? "stream" : undefined;
}

/** @param header of {@link ANSWER_FORM_HEADER}; what has none takes whatever McpAgent sends. */
export function parseAnswerForm(header: string | null | undefined): AnswerForm {
  return answerFormSchema.catch("either").parse(header);
}
