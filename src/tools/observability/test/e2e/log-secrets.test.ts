import { it, onTestFinished } from "vitest";
import {
  abuse,
  type Call,
  expectNoLeak,
  useAll,
  WORDS,
} from "../../../../../test/support/log-secrets.ts";
import { connectSdkClient, OAuthMemory } from "../../../../../test/support/sdk-oauth.ts";
import { startCloudflareGatehouse } from "./cloudflare-gatehouse.ts";

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
