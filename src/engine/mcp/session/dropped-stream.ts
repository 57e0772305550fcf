import { CONNECTION_ID_PARAMETER } from "./agents-internals";
import { isStream } from "./keep-alive";

/** A connection between the Worker and a session's object, for one stream. */
export type StreamConnection = {
  /** The object's name, which McpAgent builds from the transport and the session's id. */
  readonly sessionName: string;
  readonly connectionId: string;
};

/** The address with nothing but the connection's id: a client's own choice is not passed on. */
export function addressFor(address: string, connectionId: string): URL {
  const url = new URL(address);
  url.search = "";
  url.searchParams.set(CONNECTION_ID_PARAMETER, connectionId);
  return url;
}

/**
 * The same answer; if its client disconnects before the stream ends, the session is notified. McpAgent
 * does not notice: it would keep sending to nobody, and keep nothing for a client that resumes.
 */
export function reportingDrop(
  response: Response,
  env: Env,
  ctx: ExecutionContext,
  { sessionName, connectionId }: StreamConnection,
): Response {
  if (!isStream(response)) return response;
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel(reason) {
      ctx.waitUntil(env.MCP_SESSION.getByName(sessionName).dropStream(connectionId));
      await reader.cancel(reason);
    },
  });
  return new Response(body, response);
}
