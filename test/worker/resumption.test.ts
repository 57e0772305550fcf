import { expect, it } from "vitest";
import { connect, request } from "./as-client.ts";
import { Session } from "./mcp-client.ts";

/** The stream that answers a list of tools, as it came. */
async function stream(session: Session, version: string): Promise<string> {
  const response = await request("/mcp", {
    method: "POST",
    headers: {
      authorization: `Bearer ${session.token}`,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      "mcp-session-id": session.id,
      "mcp-protocol-version": version,
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: "list", method: "tools/list" }),
  });
  return response.text();
}

it("a stream begins with an id to come back to, for clients that know that", async () => {
  const { access_token } = await connect();
  const session = await Session.open(access_token);

  const events = (await stream(session, "2025-11-25")).split("\n\n");
  expect(events[0]).toMatch(/^id: ([\w-]+):0{16}\nretry: 1000\ndata: $/);
  const streamId = /^id: ([^:]+):/.exec(events[0] ?? "")?.[1];
  expect(events[1]).toContain(`id: ${streamId}:${"1".padStart(16, "0")}\n`);

  expect(await stream(session, "2025-06-18")).toMatch(/^event: message\n/);
});
