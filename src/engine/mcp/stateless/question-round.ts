import type { ServerContext } from "@modelcontextprotocol/server";
import * as z from "zod";
import { type Ask, type Asked, parseAnswer } from "../../tools/ask";
import { QuestionPending } from "../question";

/**
 * What a client carries from one round of a call to the next: which call it is, and the answers so
 * far. The codec signs it, for this person and client and for ten minutes, because it comes back as
 * untrusted input (MCP 2026-07-28, multi round-trip requests).
 */
const stateSchema = z.object({ call: z.string(), answers: z.array(z.unknown()) });

/** One run of a tool that may ask: questions answered in earlier rounds return at once. */
export type Round = {
  readonly ask: Ask;
  /** The key of the question that is pending. */
  nextKey(): string;
  /** What the client has to bring back with the answer. */
  state(): z.infer<typeof stateSchema>;
  /** What the person answered to opening the address at which they connect this API; undefined when not asked. */
  connecting(api: string): Asked<unknown>["action"] | undefined;
};

/** The key of the question whether to open that address. */
export const connectKey = (api: string): string => `connect-${api}`;

/**
 * The round that a request belongs to.
 *
 * @param call the tool and its arguments: answers to one call do not count for another.
 */
export async function roundOf(
  ctx: ServerContext,
  call: { name: string; args: unknown },
): Promise<Round> {
  const fingerprint = await fingerprintOf(call);
  const state = stateSchema.safeParse(ctx.mcpReq.requestState());
  const key = () => `question-${answers.length + 1}`;
  // Without the state of this call, an answer belongs to no question that was asked.
  const goesOn = state.success && state.data.call === fingerprint;
  const answers = goesOn ? [...state.data.answers] : [];
  const fresh = goesOn ? ctx.mcpReq.inputResponses?.[key()] : undefined;
  if (fresh !== undefined) answers.push(fresh);

  let asked = 0;
  const ask: Ask = async (question) => {
    if (asked >= answers.length) throw new QuestionPending(question);
    return parseAnswer(question.answers, answers[asked++]);
  };
  return {
    ask,
    nextKey: key,
    state: () => ({ call: fingerprint, answers }),
    connecting(api) {
      const answer = goesOn ? ctx.mcpReq.inputResponses?.[connectKey(api)] : undefined;
      return openedSchema.safeParse(answer).data?.action;
    },
  };
}

/** The answer to an address: it says whether the person opened it, and has no content. */
const openedSchema = z.object({ action: z.enum(["accept", "decline", "cancel"]) });

async function fingerprintOf(call: { name: string; args: unknown }): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify([call.name, call.args]));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toBase64();
}
