import {
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type MessageExtraInfo,
} from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod";
import { decodePrincipal, PRINCIPAL_HEADER } from "./principal-header";

/** Says, in an answer of the client, what the token may do that the answer came with. Ours only: a client's is replaced. */
const SCOPES_META = "gatehouse/scopes";

const answerSchema = z.object({
  _meta: z.object({ [SCOPES_META]: z.array(z.string()) }),
});

/**
 * A client's answer with the scopes of the request that brought it. A call that asks the person something waits
 * for minutes, and its grant may have been narrowed meanwhile. What is no answer comes back as it is.
 */
export function withAnswerer(message: JSONRPCMessage, extra?: MessageExtraInfo): JSONRPCMessage {
  if (!isJSONRPCResultResponse(message)) return message;
  const header = extra?.requestInfo?.headers[PRINCIPAL_HEADER];
  const { scopes } = decodePrincipal(Array.isArray(header) ? undefined : header);
  const _meta = { ...message.result._meta, [SCOPES_META]: [...scopes] };
  return { ...message, result: { ...message.result, _meta } };
}

/** The scopes that an answer came with; none when it says nothing of them. */
export function answererScopes(answer: unknown): readonly string[] {
  return answerSchema.safeParse(answer).data?._meta[SCOPES_META] ?? [];
}
