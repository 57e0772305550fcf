/** As often as McpAgent does on the streams of POST: proxies close streams that are silent for a minute or so. */
const INTERVAL_MS = 25_000;

/** A comment, which every reader of server-sent events skips. */
const COMMENT = new TextEncoder().encode(": keepalive\n\n");
const LINE_FEED = 10;
const OPENING = new TextEncoder().encode(": open\n\n");

/**
 * The same answer; if it is a stream, with a comment at an interval, so that nothing on the way considers it
 * dead. The Worker does this, not the session: its object sleeps meanwhile.
 *
 * @param opensAtOnce whether it begins with a comment: proxies hold the headers back until the body begins, and
 *   clients give up on a silent stream.
 */
export function keptAlive(
  response: Response,
  intervalMs = INTERVAL_MS,
  opensAtOnce = false,
): Response {
  if (!isStream(response)) return response;
  return new Response(withComments(response.body, intervalMs, opensAtOnce), response);
}

/** {@link keptAlive} for a stream that may have nothing to say for hours. */
export function openedAtOnce(response: Response): Response {
  return keptAlive(response, INTERVAL_MS, true);
}

/** Whether this answer is a stream of events. */
export function isStream(
  response: Response,
): response is Response & { body: ReadableStream<Uint8Array> } {
  return response.headers.get("content-type") === "text/event-stream" && response.body !== null;
}

function withComments(
  body: ReadableStream<Uint8Array>,
  intervalMs: number,
  opensAtOnce: boolean,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let lineFeeds = 2;
  let stop = () => {};
  return new ReadableStream<Uint8Array>({
    start(controller) {
      if (opensAtOnce) controller.enqueue(OPENING);
      const timer = setInterval(() => {
        // Only between events, which may span chunks; and not for a reader that lags behind.
        const isBetweenEvents = lineFeeds >= 2;
        if (isBetweenEvents && (controller.desiredSize ?? 0) > 0) controller.enqueue(COMMENT);
      }, intervalMs);
      stop = () => clearInterval(timer);
    },
    async pull(controller) {
      try {
        const { value, done } = await reader.read();
        if (!done) {
          lineFeeds = lineFeedsAtEnd(value, lineFeeds);
          controller.enqueue(value);
          return;
        }
        stop();
        controller.close();
      } catch (error) {
        stop();
        throw error;
      }
    },
    cancel(reason) {
      stop();
      return reader.cancel(reason);
    },
  });
}

/** How many line feeds the bytes forwarded so far end in, up to now `before` of them. */
function lineFeedsAtEnd(chunk: Uint8Array, before: number): number {
  const atEnd = chunk.length - 1 - chunk.findLastIndex((byte) => byte !== LINE_FEED);
  return atEnd === chunk.length ? before + atEnd : atEnd;
}
