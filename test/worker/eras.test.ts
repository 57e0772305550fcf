import { env } from "cloudflare:workers";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { describe, expect, it, onTestFinished } from "vitest";
import { browse, connect, MCP } from "./as-client.ts";

type Answer = { action: "accept"; content: Record<string, boolean> } | { action: "decline" };

/** A client of the official SDK v2 that speaks one era of MCP, inside the Worker's own isolate. */
async function open(
  mode: "legacy" | { pin: string },
  options: { answer?: () => Answer; connect?: Parameters<typeof connect>[0] } = {},
): Promise<Client> {
  const { access_token } = await connect(options.connect);
  const capabilities = options.answer === undefined ? {} : { elicitation: { form: {} } };
  const client = new Client(
    { name: "eras-test", version: "1" },
    { versionNegotiation: { mode }, capabilities },
  );
  const { answer } = options;
  if (answer !== undefined) client.setRequestHandler("elicitation/create", () => answer());
  await client.connect(
    new StreamableHTTPClientTransport(new URL(MCP), {
      fetch: browse,
      requestInit: { headers: { authorization: `Bearer ${access_token}` } },
    }),
  );
  onTestFinished(() => client.close());
  return client;
}

const agree = (): Answer => ({ action: "accept", content: { confirm: true } });

describe.each([
  ["2025-11-25", "legacy" as const],
  ["2026-07-28", { pin: "2026-07-28" }],
])("MCP %s", (version, mode) => {
  it("is what is spoken", async () => {
    const client = await open(mode);
    expect(client.getNegotiatedProtocolVersion()).toBe(version);
    expect(client.getServerVersion()?.name).toBe("Gatehouse");
  });

  it("has the same tools, with the same schemas, in the same order", async () => {
    const { tools } = await (await open(mode)).listTools();
    expect(tools.map((tool) => tool.name)).toEqual([
      "calculator",
      "whoami",
      "save_note",
      "list_notes",
      "delete_note",
      "clear_notes",
    ]);
    for (const tool of tools) {
      expect(tool.inputSchema.$schema).toBe("https://json-schema.org/draft/2020-12/schema");
    }
  });

  it("calls tools as the person, and tells good from bad", async () => {
    const client = await open(mode);
    const call = (operation: string, a: unknown, b: unknown) =>
      client.callTool({ name: "calculator", arguments: { operation, a, b } });
    expect((await call("divide", 1, 4)).structuredContent).toEqual({ result: 0.25 });
    expect((await call("divide", 1, 0)).isError).toBe(true);
    expect((await call("divide", "1", 2)).isError).toBe(true);
    const me = await client.callTool({ name: "whoami" });
    expect(me.structuredContent).toMatchObject({ name: "Alice Example" });
    await expect(client.callTool({ name: "nothing" })).rejects.toMatchObject({ code: -32_602 });
  });

  it("takes and gives a megabyte", async () => {
    const client = await open(mode);
    const text = "x".repeat(1_000_000);
    const refused = await client.callTool({ name: "save_note", arguments: { text } });
    expect(refused.isError).toBe(true);
    const { userId } = Object((await client.callTool({ name: "whoami" })).structuredContent);
    await env.DB.prepare("INSERT INTO person_records VALUES (?1, 'notes', 'zzz', ?2, 0)")
      .bind(userId, JSON.stringify({ text }))
      .run();
    const listed = await client.callTool({ name: "list_notes" });
    expect(JSON.stringify(listed.structuredContent).length).toBeGreaterThan(1_000_000);
    await client.callTool({ name: "delete_note", arguments: { id: "zzz" } });
  });

  it("asks the person in the middle of a call, and does as they say", async () => {
    let said: Answer = { action: "decline" };
    const client = await open(mode, { answer: () => said, connect: { person: "bob" } });
    await client.callTool({ name: "save_note", arguments: { text: "one" } });
    expect((await client.callTool({ name: "clear_notes" })).isError).toBe(true);
    said = { action: "accept", content: { confirm: false } };
    expect((await client.callTool({ name: "clear_notes" })).isError).toBe(true);
    said = agree();
    const cleared = await client.callTool({ name: "clear_notes" });
    expect(cleared.structuredContent).toEqual({ deleted: 1 });
  });

  it("does nothing when the client cannot ask", async () => {
    const client = await open(mode);
    await client.callTool({ name: "save_note", arguments: { text: "kept" } });
    const answer = await client.callTool({ name: "clear_notes" }).catch(() => ({ isError: true }));
    expect(answer.isError).toBe(true);
    const { structuredContent } = await client.callTool({ name: "list_notes" });
    expect(JSON.stringify(structuredContent)).toContain("kept");
  });

  it("lists and reads the person's notes as resources", async () => {
    await env.DB.exec("DELETE FROM person_records");
    const client = await open(mode);
    await client.callTool({ name: "save_note", arguments: { text: "Read me" } });
    const { resources } = await client.listResources();
    expect(resources).toMatchObject([{ name: "Read me", mimeType: "text/plain" }]);
    const uri = resources[0]?.uri ?? "";
    const { contents } = await client.readResource({ uri });
    expect(contents).toMatchObject([{ uri, text: "Read me" }]);
    await expect(
      client.request({ method: "resources/list", params: { cursor: "x" } }),
    ).rejects.toMatchObject({ code: -32_602 });
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates).toMatchObject([{ uriTemplate: "note:///{id}" }]);
    const bob = await open(mode, { connect: { person: "bob" } });
    expect((await bob.listResources()).resources).toEqual([]);
    const code = version === "2025-11-25" ? -32_002 : -32_602;
    for (const missing of [uri, "note:///nothing", "note:///%zz", "file:///etc/passwd"]) {
      await expect(bob.readResource({ uri: missing })).rejects.toMatchObject({ code });
    }
  });

  it("offers a prompt, and fills it in", async () => {
    const client = await open(mode);
    expect((await client.listPrompts()).prompts).toMatchObject([
      { name: "summarize_notes", arguments: [{ name: "focus", required: false }] },
    ]);
    const { messages } = await client.getPrompt({
      name: "summarize_notes",
      arguments: { focus: "open tasks" },
    });
    expect(JSON.stringify(messages)).toContain("Pay attention to: open tasks.");
    await expect(client.getPrompt({ name: "nothing" })).rejects.toMatchObject({ code: -32_602 });
    const tooLong = { name: "summarize_notes", arguments: { focus: "x".repeat(201) } };
    await expect(client.getPrompt(tooLong)).rejects.toMatchObject({ code: -32_602 });
  });

  it("answers what is beyond the token's scopes with 403, before anything runs", async () => {
    const client = await open(mode, { connect: { scopes: ["op:add"] } });
    expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(["calculator"]);
    expect((await client.listResources()).resources).toEqual([]);
    const refusal = (request: Promise<unknown>) => request.catch((error: unknown) => error);
    expect(
      await refusal(
        client.callTool({ name: "calculator", arguments: { operation: "divide", a: 1, b: 2 } }),
      ),
    ).toMatchObject({ requiredScope: "op:add op:div" });
    for (const refused of [
      await refusal(client.readResource({ uri: "note:///1" })),
      await refusal(client.getPrompt({ name: "summarize_notes" })),
    ]) {
      expect(refused).toMatchObject({ requiredScope: "op:add notes:read" });
    }
  });

  it("honours a scope that implies others", async () => {
    const client = await open(mode, { connect: { scopes: ["op:*"] } });
    for (const operation of ["add", "subtract", "multiply", "divide"]) {
      const answer = await client.callTool({
        name: "calculator",
        arguments: { operation, a: 8, b: 2 },
      });
      expect(answer.isError).toBeFalsy();
    }
  });
});
