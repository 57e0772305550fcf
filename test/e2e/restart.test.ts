import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startLocalGatehouse } from "../support/local-gatehouse.ts";
import { connectSdkClient, OAuthMemory } from "../support/sdk-oauth.ts";

it("a restart between two calls keeps session, grant and notes", async () => {
  const persistDir = await mkdtemp(join(tmpdir(), "gatehouse-restart-"));
  const gatehouse = await startLocalGatehouse({ persistDir });
  onTestFinished(async () => {
    await gatehouse.stop();
    await rm(persistDir, { recursive: true });
  });
  const memory = new OAuthMemory({ person: "alice" });
  const { client, close } = await connectSdkClient(`${gatehouse.origin}/mcp`, memory);
  onTestFinished(close);
  await client.callTool({ name: "save_note", arguments: { text: "before the restart" } });

  await gatehouse.restart();

  // The same client object: its session goes on.
  const notes = await client.callTool({ name: "list_notes" });
  expect(JSON.stringify(notes.structuredContent)).toContain("before the restart");
  // The same grant: a new connection needs no sign-in.
  const again = await connectSdkClient(`${gatehouse.origin}/mcp`, memory);
  onTestFinished(again.close);
  expect((await again.client.callTool({ name: "whoami" })).structuredContent).toMatchObject({
    name: "Alice Example",
  });
  expect(memory.signIns).toBe(1);
});
