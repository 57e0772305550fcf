/** The headers of every answer that is an event stream. */
export const STREAM_HEADERS = { "content-type": "text/event-stream", "cache-control": "no-cache" };
