import { dataNotice, withDataAfter } from "../tools/data-notice";
import type { OperationAnswer } from "./answer";
import type { CompiledAnswer } from "./compiled";

/** What a tool gives back. */
export type Fitted = { readonly output: Record<string, unknown>; readonly text: string };

const NOTICE = dataNotice("the API and the people who use it");

/**
 * What of an answer the model gets, as structured content and as text, which say the same.
 *
 * @param _rules the fields that people chose; all of an answer passes for now.
 */
export function fitted(answer: OperationAnswer, _rules: CompiledAnswer): Fitted {
  const { data, note, ...facts } = answer;
  const said = [...(note === undefined ? [] : [note]), JSON.stringify(facts)];
  const text = typeof data === "string" ? data : JSON.stringify(data);
  return {
    output: { ...answer },
    text: data === undefined ? said.join("\n") : withDataAfter(said, NOTICE, text),
  };
}
