/** Of every answer that is a stream of events. */
export const STREAM_HEADERS = { "content-type": "text/event-stream", "cache-control": "no-cache" };
