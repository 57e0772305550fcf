import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { inspectFrom, inspectorHome } from "../../../../../test/support/inspector.ts";
import { spoilAccessTokens } from "../../../../../test/support/mcp-remote-tokens.ts";
import { connectMcpRemote } from "../../../../../test/support/stdio-client.ts";
import { type CloudflareGatehouse, startCloudflareGatehouse } from "./cloudflare-gatehouse.ts";

let gatehouse: CloudflareGatehouse;

beforeAll(async () => {
  gatehouse = await startCloudflareGatehouse();
}, 120_000);
afterAll(() => gatehouse?.stop());

const accountsSchema = z.object({
  accounts: z.array(z.object({ id: z.string(), name: z.string() })),
});

/** What somebody does who wants to know why a Worker fails; `use` calls a tool that must succeed. */
async function findOut(use: (name: string, args?: Record<string, unknown>) => Promise<unknown>) {
  const { accounts } = accountsSchema.parse(await use("accounts_list"));
  const shop = accounts.find(({ name }) => name === "Example Shop");
  expect(await use("set_active_account", { accountId: shop?.id })).toEqual({ account: shop });

  const fails = { filters: [{ key: "$metadata.error", operation: "exists" }] };
  const which = await use("query_worker_observability", {
    ...{ view: "calculations", timeframe: "last 24 hours" },
    parameters: { ...fails, groupBys: [{ value: "$metadata.service" }] },
  });
  expect(which).toMatchObject({
    account: shop,
    rows: [{ "$metadata.service": "checkout" }, {}, {}],
  });
  const keys = await use("observability_keys", { keyNeedle: "exception.stack" });
  expect(keys).toMatchObject({ keys: [{ key: "exception.stack", type: "string" }] });
  const values = await use("observability_values", {
    ...{ key: "exception.stack" },
    filters: [{ key: "$metadata.service", operation: "eq", value: "checkout" }],
  });
  expect(values).toMatchObject({ values: [{ value: "    at checkout (worker.js:15:30)" }] });
  const code = await use("workers_get_worker_code", { scriptName: "checkout", line: 15 });
  expect(code).toMatchObject({ code: expect.stringContaining("quote.total.amount_cents") });
}

const useOf =
  (client: Client) =>
  async (name: string, args: Record<string, unknown> = {}): Promise<unknown> => {
    const result = await client.callTool({ name, arguments: args }, undefined, { timeout: 60_000 });
    expect(result.isError, JSON.stringify(result.content)).not.toBe(true);
    return result.structuredContent;
  };

describe.each([
  ["legacy", []],
  ["modern", ["--protocol", "auto"]],
])("mcp-remote (%s)", (_era, args) => {
  it("finds out why a Worker fails, over a token refresh, and over a consent taken back", async () => {
    const configDir = await mkdtemp(join(tmpdir(), "mcp-remote-"));
    onTestFinished(() => rm(configDir, { recursive: true, force: true }));
    const url = `${gatehouse.origin}/mcp`;
    const first = await connectMcpRemote(url, "alice", { configDir, args });
    await findOut(useOf(first.client));
    await first.close();

    const renewals = await gatehouse.renewals("alice");
    expect(await spoilAccessTokens(configDir)).toBe(1);
    // Were it to open the browser, it would come back as bob, who has another account.
    const second = await connectMcpRemote(url, "bob", { configDir, args });
    onTestFinished(second.close);
    const use = useOf(second.client);
    // What was chosen before is remembered: no account is named.
    expect(await use("workers_list")).toMatchObject({ account: { name: "Example Shop" } });

    expect(await gatehouse.renewals("alice")).toBe(renewals + 1);

    await gatehouse.revokeConsent("alice");
    const refused = await second.client.callTool({ name: "workers_list" });
    expect(refused).toMatchObject({
      isError: true,
      content: [
        { text: expect.stringMatching(/^Cloudflare does not accept your sign-in any more/) },
      ],
    });
    // The grant has ended, so mcp-remote opens the browser, where now bob is.
    expect(await use("workers_list")).toMatchObject({ account: { name: "Bob’s Bakery" } });
  });
});

describe.each(["legacy", "modern"])("the Inspector's command line (%s)", (era) => {
  it("finds out why a Worker fails", async () => {
    const home = await inspectorHome();
    await findOut(async (name, args = {}) => {
      const toolArgs = Object.entries(args).flatMap(([argument, value]) => [
        "--tool-arg",
        `${argument}=${typeof value === "string" ? value : JSON.stringify(value)}`,
      ]);
      const printed = await inspectFrom(
        home,
        `${gatehouse.origin}/mcp`,
        "http",
        ...["--protocol-era", era, "--method", "tools/call", "--tool-name", name, ...toolArgs],
      );
      const { result } = z
        .object({
          result: z.object({ structuredContent: z.unknown(), isError: z.boolean().optional() }),
        })
        .parse(JSON.parse(printed));
      expect(result.isError, printed).not.toBe(true);
      return result.structuredContent;
    });
  });
});
