import { describe, expect, inject, it, onTestFinished } from "vitest";
import { connectSdkClient, OAuthMemory } from "../support/sdk-oauth.ts";

describe.each(["/mcp", "/sse"])("the official SDK's client at %s", (path) => {
  const connect = async (memory: OAuthMemory) => {
    const { client, close } = await connectSdkClient(inject("origin") + path, memory);
    onTestFinished(close);
    return client;
  };

  it("signs in, lists and calls", async () => {
    const client = await connect(new OAuthMemory({ person: "alice" }));
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name)).toContain("calculator");
    const sum = await client.callTool({
      name: "calculator",
      arguments: { operation: "add", a: 5, b: 8 },
    });
    expect(sum.structuredContent).toEqual({ result: 13 });
    const divided = await client.callTool({
      name: "calculator",
      arguments: { operation: "divide", a: 5, b: 0 },
    });
    expect(divided.isError).toBe(true);
  });

  it("goes on after its access token has ended, without a sign-in", async () => {
    const memory = new OAuthMemory({ person: "bob" });
    const client = await connect(memory);
    memory.expireAccessToken();
    const me = await client.callTool({ name: "whoami" });
    expect(me.structuredContent).toMatchObject({ name: "Bob Example" });
    expect(memory.signIns).toBe(1);
  });

  it("gets access_denied as no code when the person denies", async () => {
    const memory = new OAuthMemory({ person: "alice", decision: "deny" });
    await expect(connect(memory)).rejects.toThrow("The sign-in brought no code");
  });

  it("takes arguments of a megabyte", async () => {
    const client = await connect(new OAuthMemory({ person: "bob" }));
    const result = await client.callTool({
      name: "save_note",
      arguments: { text: "x".repeat(1_000_000) },
    });
    expect(result.isError).toBe(true);
    expect(JSON.stringify(result.content)).toContain("Wrong arguments");
  });
});

it("keeps two people's notes apart, whichever way they come", async () => {
  const at = async (path: string, person: "alice" | "bob") => {
    const { client, close } = await connectSdkClient(
      inject("origin") + path,
      new OAuthMemory({ person }),
    );
    onTestFinished(close);
    return client;
  };
  const [alice, aliceBySse, bob] = [
    await at("/mcp", "alice"),
    await at("/sse", "alice"),
    await at("/mcp", "bob"),
  ];
  const marker = `from the e2e test ${crypto.randomUUID()}`;
  await alice.callTool({ name: "save_note", arguments: { text: marker } });
  const listed = async (client: typeof alice) =>
    JSON.stringify((await client.callTool({ name: "list_notes" })).structuredContent);
  expect(await listed(aliceBySse)).toContain(marker);
  expect(await listed(bob)).not.toContain(marker);
});
