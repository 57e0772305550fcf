import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startExternalGatehouse } from "../support/external-gatehouse.ts";
import { startLocalGatehouse } from "../support/local-gatehouse.ts";
import { abuse, type Call, expectNoLeak, useAll, WORDS } from "../support/log-secrets.ts";
import { connectSdkClient, OAuthMemory } from "../support/sdk-oauth.ts";

const sum: Call = ["calculator", { operation: "add", a: 271_828, b: 314_159 }];
const wrong: Call = ["calculator", { operation: WORDS, a: WORDS }];
const note: Call = ["save_note", { text: WORDS }];

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
