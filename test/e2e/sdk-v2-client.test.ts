import { describe, expect, inject, it, onTestFinished } from "vitest";
import { OAuthMemory } from "../support/sdk-oauth.ts";
import { connectSdkV2Client, type Mode } from "../support/sdk-v2-client.ts";

const modes: [name: string, mode: Mode, version: string][] = [
  ["legacy", "legacy", "2025-11-25"],
  ["auto", "auto", "2026-07-28"],
  ["modern", { pin: "2026-07-28" }, "2026-07-28"],
];

describe.each(modes)("the official SDK v2 client, %s", (_name, mode, version) => {
  const connect = async (memory: OAuthMemory) => {
    const connection = await connectSdkV2Client(`${inject("origin")}/mcp`, memory, mode);
    onTestFinished(connection.close);
    return connection;
  };

  it("signs in, lists, calls and is asked", async () => {
    const { client, questions } = await connect(new OAuthMemory({ person: "alice" }));
    expect(client.getNegotiatedProtocolVersion()).toBe(version);
    expect((await client.listTools()).tools.map((tool) => tool.name)).toContain("calculator");
    const args = { operation: "add", a: 5, b: 8 };
    const sum = await client.callTool({ name: "calculator", arguments: args });
    expect(sum.structuredContent).toEqual({ result: 13 });
    // Other tests share the server and its people, so the answer is no.
    const cleared = await client.callTool({ name: "clear_notes" });
    expect(questions).toEqual(["Delete all of your notes? They cannot be brought back."]);
    expect(cleared.isError).toBe(true);
    expect(JSON.stringify(cleared.content)).toContain("did not agree");
  });

  it("goes on after its access token has ended, without a sign-in", async () => {
    const memory = new OAuthMemory({ person: "bob" });
    const { client } = await connect(memory);
    memory.expireAccessToken();
    const me = await client.callTool({ name: "whoami" });
    expect(me.structuredContent).toMatchObject({ name: "Bob Example" });
    expect(memory.signIns).toBe(1);
  });

  it("asks for more when a call needs it, and goes on", async () => {
    // Of its own, so a client of its own: what bob gave one before is ticked when it asks again.
    const redirectUrl = "http://localhost:3336/oauth/callback";
    const memory = new OAuthMemory({ person: "bob", scopes: ["op:add"] }, redirectUrl);
    const { client, finishSignIn } = await connect(memory);
    memory.browser = { person: "bob" };
    const divide = () =>
      client.callTool({
        name: "calculator",
        arguments: { operation: "divide", a: 1, b: 4 },
      });
    await expect(divide()).rejects.toThrow();
    expect(memory.signIns).toBe(2);
    await finishSignIn();
    expect((await divide()).structuredContent).toEqual({ result: 0.25 });
    expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(["calculator"]);
  });
});
