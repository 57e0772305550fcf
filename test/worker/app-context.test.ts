import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import * as z from "zod";
import { openIdConnect } from "../../src/engine/providers/openid-connect";
import { defineServer } from "../../src/engine/server";
import type { ResourceCollection } from "../../src/engine/tools/define-resource";
import { defineTool, type ToolContext } from "../../src/engine/tools/define-tool";
import { defineToolset } from "../../src/engine/tools/define-toolset";
import { writes } from "../fixture/annotations.ts";
import { connect, MCP } from "./as-client.ts";
import { gatehouseWith } from "./gatehouse-with.ts";
import { statelessCall } from "./mcp-client.ts";

/** What a server's definition makes of the Worker's bindings reaches its tools, for the person of the call. */

type App = { readonly drafts: { put(text: string): Promise<void>; get(): Promise<string | null> } };

const keepDraft = defineTool({
  name: "keep_draft",
  title: "Keep a draft",
  description: "Keeps a text, and returns the one before it.",
  scopes: ["notes:write"],
  annotations: writes,
  input: z.object({ text: z.string() }),
  output: z.object({ before: z.string().nullable() }),
  async run({ text }, { app }: ToolContext<App>) {
    const before = await app.drafts.get();
    await app.drafts.put(text);
    return { before };
  },
});

const draft: ResourceCollection<App> = {
  name: "draft",
  title: "Draft",
  description: "The draft of the person.",
  mimeType: "text/plain",
  scopes: ["notes:write"],
  uriPrefix: "draft:///",
  list: async () => ({ entries: [] }),
  read: async (_id, { app }) => (await app.drafts.get()) ?? undefined,
};

const drafts = defineToolset({
  name: "drafts",
  scopes: [{ name: "notes:write", description: "Keep drafts", baseline: true }],
  tools: [keepDraft],
  resources: [draft],
});

const draftsOf = (kv: KVNamespace, userId: string): App["drafts"] => ({
  put: (text) => kv.put(`draft:${userId}`, text),
  get: (): Promise<string | null> => kv.get(`draft:${userId}`),
});

const common = { name: "Drafts", identityProviders: [openIdConnect] };
const browser = (context: (env: Env, person: { userId: string }) => App) =>
  gatehouseWith({}, defineServer({ ...common, toolsets: [drafts], context }));
const withDrafts = browser(({ OAUTH_KV }, { userId }) => ({ drafts: draftsOf(OAUTH_KV, userId) }));

const resultSchema = z.object({ result: z.looseObject({}) });

async function call(fetcher: typeof fetch, token: string, text: string) {
  const init = statelessCall(token, { name: "keep_draft", arguments: { text } });
  return resultSchema.parse(await (await fetcher(MCP, init)).json()).result;
}

it("is made of the Worker's bindings, for the person who calls", async () => {
  const [alice, bob] = await Promise.all([connect(), connect({ person: "bob" })]);
  const ofCall = async (token: string, text: string) =>
    (await call(withDrafts, token, text)).structuredContent;
  expect(await ofCall(alice.access_token, "Alice's")).toEqual({ before: null });
  expect(await ofCall(bob.access_token, "Bob's")).toEqual({ before: null });
  expect(await ofCall(alice.access_token, "Alice's second")).toEqual({ before: "Alice's" });
});

it("fails the call it was made for, and that alone, when it cannot be made", async () => {
  const logged = vi.spyOn(console, "error");
  const { access_token } = await connect();
  const broken = browser(() => {
    throw new TypeError("no binding FILES");
  });
  expect(await call(broken, access_token, "lost")).toMatchObject({ isError: true });
  expect(logged).toHaveBeenCalledWith(
    expect.objectContaining({ event: "tool_failed", tool: "keep_draft" }),
  );
});

it("cannot be left out where a tool needs it", () => {
  // @ts-expect-error: no `context`, so nothing has drafts.
  defineServer({ ...common, toolsets: [drafts] });
  // @ts-expect-error: this one has no drafts either.
  defineServer({ ...common, toolsets: [drafts], context: (_env: Env) => ({ files: 1 }) });
  expect(env.OAUTH_KV).toBeDefined();
});
