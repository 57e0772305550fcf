import * as z from "zod";
import type { CallReport } from "../../audit/call-report";
import type { Services } from "../../services";
import type { Caller } from "../../tools/define-tool";

const callSchema = z.object({
  method: z.literal("tools/call"),
  params: z.object({ name: z.string(), arguments: z.unknown().optional() }),
});

/**
 * The report of a call that a session's object did not live to answer: a deploy replaces all of them. We cannot
 * know what the tool already did, only that it was called.
 *
 * @param message that was sent to the object.
 * @returns undefined when it is not a call of a tool that the caller may know of.
 */
export async function lostCall(
  { catalogue, argumentsHash }: Pick<Services, "catalogue" | "argumentsHash">,
  caller: Caller,
  message: unknown,
  startedAtMs: number,
): Promise<CallReport | undefined> {
  const { data: call } = callSchema.safeParse(message);
  const tool = call && catalogue.findTool(call.params.name, caller);
  if (tool === undefined) return undefined;
  const args = call?.params.arguments ?? {};
  return {
    tool: tool.name,
    readOnly: tool.annotations.readOnlyHint,
    outcome: "failed",
    milliseconds: Date.now() - startedAtMs,
    argumentsHash: await argumentsHash(tool.name, args),
  };
}
