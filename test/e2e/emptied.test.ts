import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { readServerFacts } from "../../dev/definition/server-facts.ts";
import { packageScript, startNode } from "../../dev/server/processes.ts";
import { runWrangler } from "../../dev/server/wrangler.ts";
import { copyProject } from "../emptied/project-copy.ts";
import { removeToolset, toolsetsOf } from "../emptied/remove-toolset.ts";
import { type LocalGatehouse, startLocalGatehouse } from "../support/local-gatehouse.ts";
import { connectSdkClient, OAuthMemory } from "../support/sdk-oauth.ts";

/** `npm run test:emptied` does the rest, and the same without each toolset alone. */
describe("the project without its example toolsets", () => {
  let copy: string;
  let removeCopy = async () => {};
  let gatehouse: LocalGatehouse | undefined;

  beforeAll(async () => {
    ({ folder: copy, remove: removeCopy } = await copyProject());
    for (const name of await toolsetsOf(copy)) await removeToolset(copy, name);
  });
  afterAll(async () => {
    await gatehouse?.stop();
    await removeCopy();
  });

  it("has its types", async () => {
    const config = ["--config", join(copy, "wrangler.jsonc")];
    const types = join(copy, "worker-configuration.d.ts");
    await runWrangler(["types", types, "--strict-vars=false", ...config]);
    const tsc = startNode(packageScript("typescript", "bin/tsc"), ["-p", copy]);
    expect(await tsc.exited, tsc.output()).toBe(0);
  });

  it("declares nothing of them", async () => {
    const facts = await readServerFacts(join(copy, "src/server"));
    expect(facts).toMatchObject({ definitionProblems: [], scopes: [] });
    expect(facts.knownVariables).not.toContain("UPSTREAM_API_URL");
  });

  it("is a server that people connect, and that lists nothing", async () => {
    const prebuilt = startNode(join(copy, "dev/bundle/prebuild.ts"), []);
    expect(await prebuilt.exited, prebuilt.output()).toBe(0);
    gatehouse = await startLocalGatehouse({
      persistDir: join(copy, ".wrangler", "test"),
      wranglerConfig: join(copy, "wrangler.jsonc"),
    });
    const memory = new OAuthMemory({ person: "alice" });
    const { client, close } = await connectSdkClient(`${gatehouse.origin}/mcp`, memory);
    onTestFinished(close);
    expect(await client.listTools()).toMatchObject({ tools: [] });
    const frontPage = await fetch(gatehouse.origin);
    expect(frontPage.status).toBe(200);
    expect(await frontPage.text()).toContain(`${gatehouse.origin}/mcp`);
  });
});
