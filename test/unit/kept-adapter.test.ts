import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { keptAdapter } from "../../dev/local-servers/kept-adapter.ts";

async function stateFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-tests-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, "state", "grants.json");
}

it("clients and their grants outlive a restart, what lives for minutes does not", async () => {
  const file = await stateFile();
  const before = keptAdapter(file);
  await new before("Client").upsert("c", { client_name: "Test" });
  await new before("RefreshToken").upsert("r", { grantId: "g" }, 60);
  await new before("RefreshToken").consume("r");
  await new before("AccessToken").upsert("ended", { grantId: "g" }, -1);
  await new before("Interaction").upsert("i", { uid: "u" }, 60);
  expect(await new before("Interaction").findByUid("u")).toEqual({ uid: "u" });

  const after = keptAdapter(file);
  expect(await new after("Client").find("c")).toEqual({ client_name: "Test" });
  expect(await new after("RefreshToken").find("r")).toMatchObject({ consumed: expect.any(Number) });
  expect(await new after("AccessToken").find("ended")).toBeUndefined();
  expect(await new after("Interaction").find("i")).toBeUndefined();

  await new after("RefreshToken").revokeByGrantId("g");
  const last = keptAdapter(file);
  expect(await new last("RefreshToken").find("r")).toBeUndefined();
  expect(await new last("Client").find("c")).toBeDefined();
});

it("a file in pieces is no reason not to start", async () => {
  const file = join(await stateFile(), "..", "..", "broken.json");
  await writeFile(file, '[["Client:c", {"payl');
  const adapter = keptAdapter(file);
  expect(await new adapter("Client").find("c")).toBeUndefined();
});
