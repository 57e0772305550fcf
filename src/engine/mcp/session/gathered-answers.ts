import * as z from "zod";

const answerSchema = z.union([
  z.object({ id: z.unknown(), result: z.unknown() }),
  z.object({ id: z.unknown(), error: z.object({}) }),
]);

/**
 * The answers to the messages of one POST as a JSON array (MCP 2025-03-26, transports), for a client that accepts
 * no stream, which is how McpAgent sends them.
 */
export async function gatheredAnswers(response: Response): Promise<Response> {
  if (response.headers.get("content-type") !== "text/event-stream") return response;
  const events = (await response.text()).split("\n\n");
  const messages = events.flatMap((event) => {
    const data = /^data: (.+)$/m.exec(event)?.[1];
    return data === undefined ? [] : [JSON.parse(data)];
  });
  return Response.json(messages.filter((message) => isAnswer(message)));
}

function isAnswer(message: unknown): boolean {
  return (
    typeof message === "object" &&
    message !== null &&
    !("method" in message) &&
    answerSchema.safeParse(message).success
  );
}
