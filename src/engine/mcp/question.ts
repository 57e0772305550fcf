import { type ErrorCode, GatehouseError } from "../lib/gatehouse-error";
import type { Answers, Question } from "../tools/ask";

/** What the model and the person read, in both eras, when a client cannot show a question. */
export const CANNOT_ASK = "This needs your consent, and this client cannot ask you for it.";

/**
 * Unwinds a tool that asks something that has no answer yet. The stateless lane turns it into an
 * `input_required` result (MCP 2026-07-28, multi round-trip requests).
 */
export class QuestionPending extends GatehouseError {
  override readonly name = "QuestionPending";
  override readonly code = "question_pending" satisfies ErrorCode;
  readonly question: Question<Answers>;

  constructor(question: Question<Answers>) {
    super("The tool waits for the person’s answer");
    this.question = question;
  }
}
