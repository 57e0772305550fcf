import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { people } from "../../dev/local-servers/people.ts";
import { startCloudflareGatehouse } from "../support/cloudflare-gatehouse.ts";
import { startExternalGatehouse } from "../support/external-gatehouse.ts";
import { leaksIn } from "../support/leaks.ts";
import { startLocalGatehouse } from "../support/local-gatehouse.ts";
import { misuse } from "../support/misuse.ts";
import { connectPublicClient } from "../support/public-client.ts";
import { connectSdkClient, OAuthMemory } from "../support/sdk-oauth.ts";
import { connectSdkV2Client } from "../support/sdk-v2-client.ts";

/** Short, and no word of this project: only a test that looks for it finds it. */
const WORDS = "xyzzy-plugh";

type Server = { readonly origin: string; logs(): string };
type Call = readonly [tool: string, args: Record<string, unknown>];

const sum: Call = ["calculator", { operation: "add", a: 271_828, b: 314_159 }];
const wrong: Call = ["calculator", { operation: WORDS, a: WORDS }];
const note: Call = ["save_note", { text: WORDS }];

/** Connects every kind of client, and lets each call the tools. Calls may fail. */
async function useAll({ origin }: Server, calls: readonly Call[]): Promise<string[]> {
  const memories = [0, 1, 2, 3].map(() => new OAuthMemory({ person: "alice" }));
  const [streamable, sse, legacy, modern] = memories;
  if (!streamable || !sse || !legacy || !modern) throw new Error("Four memories");
  const connections = [
    await connectSdkClient(`${origin}/mcp`, streamable),
    await connectSdkClient(`${origin}/sse`, sse),
    await connectSdkV2Client(`${origin}/mcp`, legacy, "legacy"),
    await connectSdkV2Client(`${origin}/mcp`, modern, { pin: "2026-07-28" }),
  ];
  for (const { client } of connections) {
    for (const [name, args] of calls) {
      await client.callTool({ name, arguments: args }).catch(() => undefined);
    }
  }
  await Promise.all(connections.map(({ close }) => close()));
  return memories.flatMap((memory) => {
    const { access_token = "", refresh_token = "" } = memory.tokens() ?? {};
    return [access_token, refresh_token];
  });
}

/** Gets, refreshes, replays and revokes tokens, and does all that is refused with them. */
async function abuse({ origin }: Server, issuer: string): Promise<string[]> {
  const resource = `${origin}/mcp`;
  const scope = "op:add notes:write";
  const first = await connectPublicClient(issuer, { person: "bob", resource, scope });
  const { access_token, refresh_token = "" } = first.tokens;
  await misuse(origin, access_token, WORDS);
  const later = [await first.refresh(), await first.refresh()];
  await first.refresh(refresh_token).catch(() => undefined);
  await first.revoke(access_token);
  await misuse(origin, access_token, WORDS);
  return [first.tokens, ...later].flatMap((tokens) => [
    tokens.access_token,
    tokens.refresh_token ?? "",
  ]);
}

/** Checks all that the server has printed, once it has printed what was done last. */
async function expectNoLeak(server: Server, secrets: readonly string[], events: readonly string[]) {
  const lastRay = "1a57000000000000";
  await fetch(`${server.origin}/health`, { headers: { "cf-ray": lastRay } });
  await vi.waitUntil(() => server.logs().includes(lastRay), { timeout: 10_000 });
  const printed = server.logs();
  // What wrangler says of itself first, and its own lines of requests, have nothing to do with the Worker;
  // those show paths as they were asked for.
  const log = printed
    .slice(printed.indexOf("event: 'request'"))
    .replaceAll(/^.*\[wrangler:info\].*$/gm, "");
  for (const event of ["request", ...events]) expect(log).toContain(`event: '${event}'`);
  const names = people.flatMap(({ id, sub, name, email }) => [`'${id}'`, sub, name, email]);
  const known = [WORDS, "271828", "314159", "203.0.113.77", "only-for-tests-and-long", ...names];
  expect(leaksIn(log, [...known, ...secrets.filter((secret) => secret !== "")])).toEqual([]);
}

it("no secret gets into the log where Gatehouse issues the tokens", async () => {
  const persistDir = await mkdtemp(join(tmpdir(), "gatehouse-logs-"));
  const gatehouse = await startLocalGatehouse({ persistDir });
  onTestFinished(async () => {
    await gatehouse.stop();
    await rm(persistDir, { recursive: true });
  });
  const tokens = [
    ...(await useAll(gatehouse, [
      sum,
      wrong,
      note,
      ["whoami", {}],
      ["clear_notes", {}],
      [WORDS, {}],
    ])),
    ...(await abuse(gatehouse, gatehouse.origin)),
  ];
  for (const decision of ["deny", "cancel-at-provider"] as const) {
    const memory = new OAuthMemory({ person: "bob", decision });
    await expect(connectSdkClient(`${gatehouse.origin}/mcp`, memory)).rejects.toThrow();
  }
  await expectNoLeak(gatehouse, tokens, ["tool_call", "oauth_error"]);
});

it.each([
  ["jwt", ["token_refused", "token_exchange_failed"]],
  ["introspection", ["introspection_failed"]],
] as const)("no secret gets into the log with AUTH_MODE=%s", async (mode, events) => {
  const gatehouse = await startExternalGatehouse(mode);
  onTestFinished(gatehouse.stop);
  const { authorizationServer, ordersApi, vars } = gatehouse;
  const order: Call = ["get_order", { id: WORDS }];
  const calls: readonly Call[] = [sum, wrong, ["whoami", {}], ["list_orders", {}], order];
  const tokens = await useAll(gatehouse, calls);
  tokens.push(...(await abuse(gatehouse, authorizationServer.issuer)));
  const memory = new OAuthMemory({ person: "bob" });
  const { client, close } = await connectSdkClient(`${gatehouse.origin}/mcp`, memory);
  onTestFinished(close);
  // Bob has not allowed it; then nobody can say whether he has.
  await client.callTool({ name: "list_orders" });
  await authorizationServer.stop();
  await client.callTool({ name: "list_orders" }).catch(() => undefined);
  tokens.push(memory.tokens()?.access_token ?? "", ...ordersApi.tokens);
  const { AS_CLIENT_SECRET = "", AS_PRIVATE_KEY = "" } = vars;
  const keyLines = AS_PRIVATE_KEY.split("\n").filter((line) => line.length > 40);
  await expectNoLeak(gatehouse, [...tokens, AS_CLIENT_SECRET, ...keyLines], events);
});

it("no secret gets into the log where people sign in with Cloudflare", async () => {
  const gatehouse = await startCloudflareGatehouse();
  onTestFinished(gatehouse.stop);
  const query: Call = [
    "query_worker_observability",
    { view: "events", parameters: { needle: WORDS } },
  ];
  const code: Call = ["workers_get_worker_code", { scriptName: WORDS }];
  const tokens = await useAll(gatehouse, [["accounts_list", {}], query, code, ["whoami", {}]]);
  tokens.push(...(await abuse(gatehouse, gatehouse.origin)));
  const memory = new OAuthMemory({ person: "alice" });
  const { client, close } = await connectSdkClient(`${gatehouse.origin}/mcp`, memory);
  onTestFinished(close);
  await gatehouse.revokeConsent("alice");
  const call = client.callTool({ name: "accounts_list" }, undefined, { timeout: 5_000 });
  await call.catch(() => undefined);
  tokens.push(memory.tokens()?.access_token ?? "", memory.tokens()?.refresh_token ?? "");
  await expectNoLeak(gatehouse, tokens, ["tool_call", "grant_ended"]);
});
