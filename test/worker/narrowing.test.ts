import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { expect, it, onTestFinished } from "vitest";
import { browse, connect, MCP, type Tokens } from "./as-client.ts";
import { grantOf } from "./grants.ts";

const WITHOUT_WRITING = ["account:read", "notes:read"];

/** A call in a session that waits for its person's answer before it deletes a note. */
async function waitingCall() {
  const tokens = await connect();
  const client = new Client(
    { name: "narrowing-test", version: "1" },
    { versionNegotiation: { mode: "legacy" }, capabilities: { elicitation: { form: {} } } },
  );
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  client.setRequestHandler("elicitation/create", async () => {
    asked.resolve();
    await answer.promise;
    return { action: "accept", content: { confirm: true } };
  });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(MCP), {
      fetch: browse,
      requestInit: { headers: { authorization: `Bearer ${tokens.access_token}` } },
    }),
  );
  onTestFinished(() => client.close());
  const text = `kept ${crypto.randomUUID()}`;
  await client.callTool({ name: "save_note", arguments: { text } });
  const call = client.callTool({ name: "clear_notes" });
  await asked.promise;
  return {
    tokens,
    call,
    answer: () => answer.resolve(),
    async isNoteKept(): Promise<boolean> {
      const { structuredContent } = await client.callTool({ name: "list_notes" });
      return JSON.stringify(structuredContent).includes(text);
    },
  };
}

const STOPPED = "taken permissions away";

it("ends a call that waits for an answer and has more than is left", async () => {
  const { tokens, call, answer, isNoteKept } = await waitingCall();
  await grantOf(tokens).narrow(WITHOUT_WRITING);
  const { isError, content } = await call;
  expect([isError, JSON.stringify(content)]).toEqual([true, expect.stringContaining(STOPPED)]);
  answer();
  expect(await isNoteKept()).toBe(true);
});

it("leaves a call alone that has no more than is left", async () => {
  const { tokens, call, answer, isNoteKept } = await waitingCall();
  await grantOf(tokens).narrow(tokens.scope.split(" "));
  answer();
  expect((await call).isError).toBeUndefined();
  expect(await isNoteKept()).toBe(false);
});

it("ends one that began when old tokens were still taken, a minute after the narrowing", async () => {
  const { tokens, call } = await waitingCall();
  await narrowedAMinuteAgo(tokens);
  expect(await runDurableObjectAlarm(grantOf(tokens))).toBe(true);
  expect(JSON.stringify((await call).content)).toContain(STOPPED);
  const rows = await runInDurableObject(grantOf(tokens), (_object, { storage }) =>
    storage.kv.get("narrowed"),
  );
  expect(rows).toBeUndefined();
});

/** As it is when a call begins after the sessions were told for the first time. */
function narrowedAMinuteAgo(tokens: Tokens): Promise<void> {
  return runInDurableObject(grantOf(tokens), (_object, { storage }) => {
    const [, grantId = ""] = tokens.refresh_token.split(":");
    storage.kv.put("narrowed", { grantId, scopes: WITHOUT_WRITING, againAtMs: Date.now() });
    return storage.setAlarm(Date.now() + 60_000);
  });
}
