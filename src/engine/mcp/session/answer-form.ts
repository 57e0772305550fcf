import * as z from "zod";
import { acceptanceOf } from "../../lib/media-types";

/** How a client accepts the answer to its POST: as JSON, as an event stream, or as either. */
const answerFormSchema = z.enum(["json", "stream", "either"]);
export type AnswerForm = z.infer<typeof answerFormSchema>;

/** Carries the form from the Worker, which has parsed Accept, into the session's object. */
export const ANSWER_FORM_HEADER = "gatehouse-answer-form";

/**
 * What Accept says about the answer to a POST. MCP requires clients to name both forms; many name only JSON, or
 * nothing. A client that does not name the stream does not get one, as it may be unable to read it: it cannot be
 * asked anything in the middle of a call, and gets no progress.
 *
 * @returns undefined for a client that accepts neither, which is 406 (RFC 9110, section 15.5.7).
 */
export function answerFormOf(accept: string | null): AnswerForm | undefined {
  const takesJson = acceptanceOf(accept, "application/json") !== "refused";
  const takesStream = acceptanceOf(accept, "text/event-stream") === "named";
  if (takesJson) return takesStream ? "either" : "json";
  return takesStream ? "stream" : undefined;
}

/** @param header of {@link ANSWER_FORM_HEADER}; without it, anything that McpAgent sends is accepted. */
export function parseAnswerForm(header: string | null | undefined): AnswerForm {
  return answerFormSchema.catch("either").parse(header);
}
