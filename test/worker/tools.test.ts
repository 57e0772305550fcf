import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { connect } from "./as-client.ts";
import { Session, toolErrorText } from "./mcp-client.ts";

const open = async (options: Parameters<typeof connect>[0] = {}) =>
  Session.open((await connect(options)).access_token);

describe("tools/list", () => {
  it("shows what the caller may use, in JSON Schema 2020-12", async () => {
    const session = await open();
    const { result } = await session.request("tools/list");
    const { tools } = z
      .object({ tools: z.array(z.looseObject({ name: z.string() })) })
      .parse(result);
    expect(tools.map((tool) => tool.name)).toEqual([
      "calculator",
      "whoami",
      "save_note",
      "list_notes",
      "delete_note",
      "clear_notes",
    ]);
    expect(tools[0]).toEqual({
      name: "calculator",
      title: "Calculator",
      description: "Adds, subtracts, multiplies or divides two numbers.",
      annotations: {
        readOnlyHint: true,
        destructiveHint: false,
        idempotentHint: true,
        openWorldHint: false,
      },
      inputSchema: {
        $schema: "https://json-schema.org/draft/2020-12/schema",
        type: "object",
        properties: {
          operation: {
            type: "string",
            enum: ["add", "subtract", "multiply", "divide"],
            description: "What to do with a and b: a + b, a - b, a * b or a / b",
          },
          a: { type: "number" },
          b: { type: "number" },
        },
        required: ["operation", "a", "b"],
        // A name that is not there is an error, and clients can know so beforehand.
        additionalProperties: false,
      },
      outputSchema: {
        $schema: "https://json-schema.org/draft/2020-12/schema",
        type: "object",
        properties: { result: { type: "number" } },
        required: ["result"],
        additionalProperties: false,
      },
    });
  });

  it("shows a tool for administrators to them only, and only with its scope", async () => {
    const scopes = ["account:read", "usage:read"];
    expect(await (await open({ person: "alice", scopes })).toolNames()).toContain("usage_report");
    expect(await (await open({ person: "alice" })).toolNames()).not.toContain("usage_report");
    const bob = await open({ person: "bob", scopes });
    expect(await bob.toolNames()).toEqual(["whoami"]);
    expect((await bob.call("usage_report")).error?.code).toBe(-32_602);
  });
});

describe("calculator", () => {
  it.each([
    ["add", 13],
    ["subtract", -3],
    ["multiply", 40],
    ["divide", 0.625],
  ])("%s", async (operation, result) => {
    const answer = await (await open()).call("calculator", { operation, a: 5, b: 8 });
    expect(answer.result).toEqual({
      content: [{ type: "text", text: JSON.stringify({ result }) }],
      structuredContent: { result },
    });
  });

  it("says so when it cannot", async () => {
    const session = await open();
    const failed = async (args: Record<string, unknown>) =>
      toolErrorText(await session.call("calculator", args));
    expect(await failed({ operation: "divide", a: 1, b: 0 })).toBe(
      "Division by zero: b must not be 0.",
    );
    expect(await failed({ operation: "multiply", a: 1e300, b: 1e300 })).toContain("too large");
    expect(await failed({ operation: "power", a: 1, b: 2 })).toContain("operation");
    expect(await failed({ operation: "add", a: "1", b: 2 })).toContain("expected number");
    expect(await failed({})).toContain("Wrong arguments");
  });

  it("answers an operation beyond the token's scopes with 403, naming what the client then needs", async () => {
    const session = await open({ scopes: ["op:add", "account:read"] });
    expect(await session.use("calculator", { operation: "add", a: 5, b: 8 })).toEqual({
      result: 13,
    });
    const { response } = await session.call("calculator", { operation: "divide", a: 1, b: 2 });
    expect(response.status).toBe(403);
    const challenge = response.headers.get("www-authenticate") ?? "";
    expect(challenge).toContain('error="insufficient_scope"');
    expect(challenge).toContain('scope="op:add account:read op:div"');
    expect(challenge).toContain("/.well-known/oauth-protected-resource/mcp");
    expect(challenge).toContain("This needs the scope op:div");
  });

  it("answers a batch by its most demanding call", async () => {
    const session = await open({ scopes: ["op:add"] });
    const call = (id: number, operation: string) => ({
      jsonrpc: "2.0",
      id,
      method: "tools/call",
      params: { name: "calculator", arguments: { operation, a: 1, b: 1 } },
    });
    expect((await session.send([call(1, "add"), call(2, "divide")])).response.status).toBe(403);
  });

  it("answers a call that leaves its arguments out like any other", async () => {
    const session = await open({ scopes: ["op:add"] });
    const { response } = await session.request("tools/call", { name: "list_notes" });
    expect(response.status).toBe(403);
  });
});

describe("notes", () => {
  const texts = async (session: Session) => {
    const { notes } = z
      .object({ notes: z.array(z.object({ text: z.string() })) })
      .parse(await session.use("list_notes"));
    return notes.map((note) => note.text);
  };

  it("are their person's alone, and the same in every client", async () => {
    const alice = await open({ person: "alice" });
    const bob = await open({ person: "bob" });
    const saved = await alice.use("save_note", { text: "Alice's secret" });
    await bob.use("save_note", { text: "Bob's own" });
    expect(await texts(await open({ person: "alice" }))).toEqual(["Alice's secret"]);
    expect(await texts(bob)).toEqual(["Bob's own"]);
    expect(toolErrorText(await bob.call("delete_note", { id: saved.id }))).toContain(
      "There is no note",
    );
    expect(await alice.use("delete_note", { id: saved.id })).toEqual({ deleted: saved.id });
    expect(await texts(alice)).toEqual([]);
  });

  it("come in pages, newest first", async () => {
    const session = await open({ person: "bob" });
    await env.DB.exec("DELETE FROM person_records");
    for (const text of ["one", "two", "three"]) await session.use("save_note", { text });
    const first = await session.use("list_notes", { limit: 2 });
    expect(first.notes).toHaveLength(2);
    const rest = await session.use("list_notes", { limit: 2, after: first.nextAfter });
    expect(rest.notes).toHaveLength(1);
    expect(rest).not.toHaveProperty("nextAfter");
  });

  it("end at a number that one person can have", async () => {
    const session = await open({ person: "bob" });
    const { userId } = await session.use("whoami");
    await env.DB.prepare(
      "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000) " +
        "INSERT INTO person_records SELECT ?1, 'notes', 'n' || n, '{}', 0 FROM numbers",
    )
      .bind(userId)
      .run();
    expect(toolErrorText(await session.call("save_note", { text: "one more" }))).toContain(
      "1000 notes already",
    );
  });

  it("are refused empty, too long, or as no text", async () => {
    const session = await open();
    for (const text of ["", "   ", "x".repeat(10_001), 5, null]) {
      expect(toolErrorText(await session.call("save_note", { text }))).toContain("Wrong arguments");
    }
  });
});

describe("usage_report", () => {
  it("counts people and records", async () => {
    const alice = await open({ person: "alice", scopes: ["usage:read", "notes:write"] });
    await env.DB.exec("DELETE FROM person_records");
    await alice.use("save_note", { text: "one" });
    await (await open({ person: "bob" })).use("save_note", { text: "two" });
    expect(await alice.use("usage_report")).toEqual({ people: 2, records: 2 });
  });
});
