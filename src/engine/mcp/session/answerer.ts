import {
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type MessageExtraInfo,
} from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod";
import { decodePrincipal, PRINCIPAL_HEADER } from "./principal-header";

/** In a client's answer, the scopes of the token that it came with. Only we set it: a client's own is replaced. */
const SCOPES_META = "gatehouse/scopes";

const answerSchema = z.object({
  _meta: z.object({ [SCOPES_META]: z.array(z.string()) }),
});

/**
 * A client's answer with the scopes of the request that brought it. A call that asks the person something waits
 * for minutes, and its grant may have been narrowed meanwhile. Any other message comes back unchanged.
 */
export function withAnswerer(message: JSONRPCMessage, extra?: MessageExtraInfo): JSONRPCMessage {
  if (!isJSONRPCResultResponse(message)) return message;
  const header = extra?.requestInfo?.headers[PRINCIPAL_HEADER];
  const { scopes } = decodePrincipal(Array.isArray(header) ? undefined : header);
  const _meta = { ...message.result._meta, [SCOPES_META]: [...scopes] };
  return { ...message, result: { ...message.result, _meta } };
}

/** The scopes that an answer came with; none when it has none. */
export function answererScopes(answer: unknown): readonly string[] {
  return answerSchema.safeParse(answer).data?._meta[SCOPES_META] ?? [];
}
