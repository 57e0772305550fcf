import { openedAtOnce } from "./keep-alive";
import { STREAM_HEADERS } from "./stream-headers";

/**
 * Opens the stream of GET: one request to the session's object, and none while the stream is idle.
 *
 * @param forwarded what the object gets; it becomes the request of a WebSocket (listening-streams.ts).
 * @returns the stream; 404 when the session has ended; 204 when nothing more comes on the stream to resume.
 */
export async function listen(session: DurableObjectStub, forwarded: Request): Promise<Response> {
  forwarded.headers.set("upgrade", "websocket");
  const answer = await session.fetch(forwarded);
  const socket = answer.webSocket;
  if (socket === null) return answer;
  const encoder = new TextEncoder();
  let isOver = false;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const end = () => {
        if (!isOver) controller.close();
        isOver = true;
      };
      socket.addEventListener("message", ({ data }) => {
        if (!isOver && typeof data === "string") controller.enqueue(encoder.encode(data));
      });
      socket.addEventListener("close", end);
      socket.addEventListener("error", end);
      socket.accept();
    },
    cancel() {
      isOver = true;
      socket.close(1_000);
    },
  });
  return openedAtOnce(new Response(body, { headers: STREAM_HEADERS }));
}
