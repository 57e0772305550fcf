import { type OutgoingHttpHeaders, request } from "node:http";
import { expect, inject, it } from "vitest";

/** The status of a POST to /mcp through the proxy, which adds the token. fetch would set Host itself. */
function statusWith(headers: OutgoingHttpHeaders): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${inject("conformanceProxy")}/mcp`, {
      method: "POST",
      headers: {
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
        ...headers,
      },
    });
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    outgoing.end("{}");
  });
}

it("a foreign Host and a foreign Origin reach the server, and it refuses each", async () => {
  expect(await statusWith({ host: "evil.example.com" })).toBe(421);
  expect(await statusWith({ origin: "http://evil.example.com" })).toBe(403);
  // Let in by its token, and found not to be a message.
  expect(await statusWith({ origin: inject("conformanceProxy") })).toBe(400);
});
