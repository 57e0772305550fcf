import { describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { defineApi } from "../../src/engine/config/define-api";
import { callTool, memoryStorage } from "../../src/engine/testing";
import { defineTool, type ToolContext, ToolError } from "../../src/engine/tools/define-tool";

const texts = { title: "A tool", description: "Does it." };
const annotations = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: false,
  openWorldHint: false,
};
const common = { ...texts, annotations, scopes: ["things:write"] };

const keep = defineTool({
  ...common,
  name: "keep",
  input: z.object({ thing: z.string().min(1) }),
  output: z.object({ id: z.string(), owner: z.string() }),
  async run({ thing }, { storage, principal }) {
    const record = await storage.add("things", { thing }, { maxRecords: 2 });
    if (record === undefined) throw new ToolError("Full. Delete one.", { code: "things_full" });
    return { id: record.id, owner: principal.userId };
  },
});

const asking = (changesFirst: boolean) =>
  defineTool({
    ...common,
    name: "clear",
    input: z.object({}),
    output: z.object({ deleted: z.int() }),
    async run(_args, { storage, ask }) {
      if (changesFirst) await storage.put("things", "last", "asked");
      const form = { message: "Delete all?", answers: z.object({ sure: z.boolean() }) };
      const asked = await ask(form);
      if (asked.action !== "accept" || !asked.content.sure) throw new ToolError("Nothing deleted.");
      return { deleted: await storage.deleteAll("things") };
    },
  });

const shop = defineApi({ name: "shop", variables: "SHOP", access: { by: "exchange" } });

const orders = defineTool({
  ...common,
  name: "orders",
  input: z.object({}),
  output: z.object({ ids: z.array(z.int()) }),
  async run(_args, { api }) {
    return api(shop).request({ path: ["orders"], answer: z.object({ ids: z.array(z.int()) }) });
  },
});

describe("callTool", () => {
  it("checks arguments, scopes and output as the engine does", async () => {
    expect(await callTool(keep, { thing: "" })).toMatchObject({ code: "arguments_invalid" });
    expect(await callTool(keep, { thing: "a", tihng: "b" })).toMatchObject({
      message: 'Wrong arguments: unknown argument "tihng": did you mean "thing"?',
    });
    expect(await callTool(keep, { thing: "a" }, { scopes: ["things:read"] })).toMatchObject({
      code: "scopes_missing",
    });
    const implying = { name: "things:*", description: "All", baseline: true };
    const declaredScopes = [{ ...implying, implies: ["things:write"] }];
    expect(
      await callTool(keep, { thing: "a" }, { scopes: ["things:*"], declaredScopes }),
    ).toMatchObject({ ok: true });
    const wrong = defineTool({
      ...common,
      name: "wrong",
      input: z.object({}),
      output: z.object({ a: z.string().max(1) }),
      run: () => ({ a: "too long" }),
    });
    await expect(callTool(wrong, {})).rejects.toMatchObject({ code: "tool_output_invalid" });
  });

  it("calls as the person that the test says", async () => {
    expect(await callTool(keep, { thing: "a" }, { as: { userId: "bob" } })).toMatchObject({
      output: { owner: "bob" },
    });
    const secret = defineTool({
      ...common,
      name: "secret",
      input: z.object({}),
      output: z.object({}),
      visibleTo: ({ isAdmin }) => isAdmin,
      run: () => ({}),
    });
    expect(await callTool(secret, {})).toMatchObject({ code: "not_found" });
    expect(await callTool(secret, {}, { as: { isAdmin: true } })).toMatchObject({ ok: true });
  });

  it("keeps what the tool stores, for the calls that share a storage", async () => {
    const storage = memoryStorage();
    for (const thing of ["a", "b"]) await callTool(keep, { thing }, { storage });
    expect(await callTool(keep, { thing: "c" }, { storage })).toEqual({
      ok: false,
      code: "things_full",
      message: "Full. Delete one.",
    });
    const first = await storage.list("things", { limit: 1 });
    expect(first).toMatchObject({ records: [{ value: { thing: "b" } }], more: true });
    const after = first.records[0]?.id;
    expect(await storage.list("things", { limit: 9, after })).toMatchObject({
      records: [{ value: { thing: "a" } }],
      more: false,
    });
    expect(await storage.countAll()).toEqual({ people: 1, records: 2 });
    expect(await storage.delete("things", String(after))).toBe(true);
    expect(await storage.get("things", String(after))).toBeUndefined();
  });

  it("answers the tool's questions, and runs it again from its start", async () => {
    const storage = memoryStorage();
    await callTool(keep, { thing: "a" }, { storage });
    const ask = vi.fn(() => ({ action: "accept" as const, content: { sure: true } }));
    expect(await callTool(asking(false), {}, { storage, ask })).toMatchObject({
      output: { deleted: 1 },
    });
    expect(ask).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ message: "Delete all?" }),
    );
    const declined = { ask: () => ({ action: "decline" as const }) };
    expect(await callTool(asking(false), {}, declined)).toMatchObject({ code: "tool_error" });
    expect(await callTool(asking(false), {})).toMatchObject({
      message: "This needs your consent, and this client cannot ask you for it.",
    });
  });

  it("refuses a tool that changes something before it asks", async () => {
    const ask = () => ({ action: "accept" as const, content: { sure: true } });
    await expect(callTool(asking(true), {}, { ask })).rejects.toThrow(
      'The tool "clear" changed its storage before it asked',
    );
  });

  it("reaches the APIs of the test, with the engine's client", async () => {
    const seen: Request[] = [];
    const apis = {
      shop: (request: Request) => {
        seen.push(request);
        return Response.json({ ids: [1, 2] });
      },
    };
    expect(await callTool(orders, {}, { apis })).toMatchObject({ output: { ids: [1, 2] } });
    expect(seen.map(({ url }) => url)).toEqual(["https://shop.example/orders"]);
    expect(seen[0]?.headers.get("authorization")).toBe("Bearer token-for-shop");
    const none = { shop: () => new Response("no", { status: 404 }) };
    expect(await callTool(orders, {}, { apis: none })).toMatchObject({
      code: "upstream_not_found",
    });
    expect(await callTool(orders, {})).toMatchObject({ code: "upstream_misconfigured" });
  });

  it("gives the tool what the server's definition would make for it", async () => {
    const nameOf = defineTool({
      ...common,
      name: "name_of",
      input: z.object({}),
      output: z.object({ name: z.string() }),
      run: (_args, { app }: ToolContext<{ name: string }>) => ({ name: app.name }),
    });
    expect(await callTool(nameOf, {}, { app: { name: "theirs" } })).toMatchObject({
      output: { name: "theirs" },
    });
    // @ts-expect-error: this one has no name.
    await callTool(nameOf, {}, { app: { title: "none" } }).catch(() => undefined);
    // @ts-expect-error: the tool needs something of the server.
    await callTool(nameOf, {}).catch(() => undefined);
  });
});
