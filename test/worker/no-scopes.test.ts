import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import * as z from "zod";
import { signIn } from "../../dev/browser/headless-browser.ts";
import { createGatehouse } from "../../src/engine/app/gatehouse";
import { parseConfig } from "../../src/engine/configuration";
import { openIdConnect } from "../../src/engine/providers/openid-connect";
import { defineServer } from "../../src/engine/server";
import { servicesOf } from "../../src/engine/services";
import { defineTool } from "../../src/engine/tools/define-tool";
import { defineToolset, type Toolset } from "../../src/engine/tools/define-toolset";
import { reads } from "../fixture/annotations.ts";
import { authorizationUrl, register } from "./as-client.ts";
import { TEST_ORIGIN } from "./origin.ts";

const open = defineTool({
  name: "open",
  title: "Open",
  description: "Needs no permission.",
  scopes: [],
  annotations: reads,
  input: z.object({}),
  output: z.object({}),
  run: () => ({}),
});
const opened = defineToolset({ name: "opened", scopes: [], tools: [open] });

function browserOf(toolsets: readonly Toolset[]): typeof fetch {
  const server = defineServer({
    name: "Few scopes",
    toolsets,
    identityProviders: [openIdConnect],
  });
  const services = servicesOf(server, parseConfig(env, server));
  const gatehouse = createGatehouse(services, TEST_ORIGIN);
  return async (input, init) => {
    const request = new Request(input, init);
    const ours = new URL(request.url).origin === TEST_ORIGIN;
    return ours ? gatehouse(request, env, createExecutionContext()) : fetch(request);
  };
}

it.each<[string, readonly Toolset[]]>([
  ["has no tools", []],
  ["has tools that need no scopes", [opened]],
])("a server that %s can be connected", async (_what, toolsets) => {
  const { url } = await authorizationUrl(await register(), { scope: null });
  const callback = await signIn(url, { person: "alice", fetch: browserOf(toolsets) });
  expect(callback.searchParams.get("error")).toBeNull();
  expect(callback.searchParams.get("code")).toMatch(/./);
});
