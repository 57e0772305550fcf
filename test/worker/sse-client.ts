import { expect } from "vitest";
import { request } from "./as-client.ts";

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** A stream of GET /sse: what it said first, and what it says next. */
export async function openStream(token: string, search = "") {
  const response = await request(`/sse${search}`, {
    headers: { ...bearer(token), accept: "text/event-stream" },
  });
  expect(response.status).toBe(200);
  if (response.body === null) throw new Error("The answer has no stream");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffered = "";
  async function next(): Promise<string> {
    for (;;) {
      const end = buffered.indexOf("\n\n");
      if (end >= 0) {
        const event = buffered.slice(0, end);
        buffered = buffered.slice(end + 2);
        return /^data: (.*)$/m.exec(event)?.[1] ?? "";
      }
      const { value, done } = await reader.read();
      if (done) throw new Error("The stream has ended");
      buffered += value;
    }
  }
  return { address: await next(), next, close: () => reader.cancel() };
}

/** POSTs a message to the address that the stream gave. */
export function send(token: string, address: string, message: unknown): Promise<Response> {
  return request(address, {
    method: "POST",
    headers: { ...bearer(token), "content-type": "application/json" },
    body: JSON.stringify(message),
  });
}

export const whoami = {
  jsonrpc: "2.0",
  id: 2,
  method: "tools/call",
  params: { name: "whoami", arguments: {} },
};
