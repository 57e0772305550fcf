import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { localServerOrigin, rememberServer } from "../../dev/commands/last-server";

it("finds the server of npm start at whatever port it runs", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-state-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  expect(await localServerOrigin(undefined, folder)).toBe("http://localhost:8788");
  await rememberServer("http://localhost:9000", join(folder, "new"));
  expect(await localServerOrigin(undefined, join(folder, "new"))).toBe("http://localhost:9000");
  expect(await localServerOrigin("", join(folder, "new"))).toBe("http://localhost:9000");
  expect(await localServerOrigin("9100", join(folder, "new"))).toBe("http://localhost:9100");
  await writeFile(join(folder, "server.json"), "no JSON");
  expect(await localServerOrigin(undefined, folder)).toBe("http://localhost:8788");
});
