import { join } from "node:path";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { checkDefinitions } from "../../dev/definition/server-facts.ts";
import { projectDir } from "../../dev/server/processes.ts";
import { defineApi, defineService } from "../../src/engine/config";
import { defineServer } from "../../src/engine/server";

/** The rooms of the engine that the bundle of a Worker has something of. Libraries are left out. */
async function roomsIn(entry: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: projectDir,
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    packages: "external",
    external: ["#mcp-libraries"],
    logLevel: "silent",
  });
  const files = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  const rooms = files
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .flatMap(([path]) => /^src\/engine\/([^/.]+)/.exec(path)?.[1] ?? []);
  return [...new Set(rooms)];
}

/** What only a definition that uses it brings along (src/engine/features.ts). */
const rooms = ["connected-services", "linked"];

// A bound, not a measurement: it builds a Worker.
describe("a feature", { timeout: 60_000 }, () => {
  it("is in no bundle of a server whose definition does not bring it along", async () => {
    const found = await roomsIn("dev/workers/bare-server.ts");
    expect(found).toEqual(expect.arrayContaining(["app", "account", "upstream"]));
    expect(rooms.filter((room) => found.includes(room))).toEqual([]);
  });

  it("is in that of a server whose definition does", async () => {
    expect(await roomsIn("test/fixture/index.ts")).toEqual(expect.arrayContaining(rooms));
  });

  it("has to be there for an API that needs it", () => {
    const service = defineService({
      displayName: "Tracker",
      issuer: "https://tracker.example",
      scopes: [],
    });
    const access = { by: "connection", service } as const;
    const apis = [defineApi({ name: "tracker", variables: "TRACKER", access })];
    expect(() => defineServer({ name: "Test", toolsets: [], apis })).toThrow(
      'people connect the API "tracker", which needs "connectedServices" here',
    );
  });

  it("has to have its classes exported by the Worker", async () => {
    const fixture = join(projectDir, "test/fixture/server");
    await expect(checkDefinitions(fixture, "test/fixture/index.ts")).resolves.toBeUndefined();
    await expect(checkDefinitions(fixture, "dev/workers/bare-server.ts")).rejects.toThrow(
      /dev\/workers\/bare-server\.ts does not export ServiceLink, which .*\n.* ServiceRenewer, /,
    );
  });
});
