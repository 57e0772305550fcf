import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startLocalGatehouse } from "../support/local-gatehouse.ts";
import { connectSdkClient, OAuthMemory } from "../support/sdk-oauth.ts";
import { connectSdkV2Client } from "../support/sdk-v2-client.ts";
import { connectMcpRemote } from "../support/stdio-client.ts";

it("a restart between two calls keeps sessions, grants and notes, whatever the client", async () => {
  const persistDir = await mkdtemp(join(tmpdir(), "gatehouse-restart-"));
  const gatehouse = await startLocalGatehouse({ persistDir });
  onTestFinished(async () => {
    await gatehouse.stop();
    await rm(persistDir, { recursive: true });
  });
  const url = `${gatehouse.origin}/mcp`;
  const memory = new OAuthMemory({ person: "alice" });
  const legacyMemory = new OAuthMemory({ person: "alice" });
  const modernMemory = new OAuthMemory({ person: "alice" });
  const connections = [
    await connectSdkClient(url, memory),
    await connectSdkV2Client(url, legacyMemory, "legacy"),
    await connectSdkV2Client(url, modernMemory, { pin: "2026-07-28" }),
    await connectMcpRemote(url, "alice"),
    await connectMcpRemote(url, "alice", { args: ["--protocol", "auto"] }),
  ];
  for (const { close } of connections) onTestFinished(close);
  for (const { client } of connections) {
    await client.callTool({ name: "save_note", arguments: { text: "before the restart" } });
  }

  await gatehouse.restart();

  // The same client objects: their sessions, where they have one, go on.
  for (const { client } of connections) {
    const { structuredContent } = await client.callTool({ name: "list_notes", arguments: {} });
    expect(structuredContent).toMatchObject({ notes: Array(5).fill({}) });
  }
  // The same grant: a new connection needs no sign-in.
  const again = await connectSdkClient(url, memory);
  onTestFinished(again.close);
  expect((await again.client.callTool({ name: "whoami" })).structuredContent).toMatchObject({
    name: "Alice Example",
  });
  expect([memory, legacyMemory, modernMemory].map(({ signIns }) => signIns)).toEqual([1, 1, 1]);
});
