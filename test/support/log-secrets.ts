import { expect, vi } from "vitest";
import { people } from "../../dev/local-servers/people.ts";
import { leaksIn } from "./leaks.ts";
import { misuse } from "./misuse.ts";
import { connectPublicClient } from "./public-client.ts";
import { connectSdkClient, OAuthMemory } from "./sdk-oauth.ts";
import { connectSdkV2Client } from "./sdk-v2-client.ts";

/** Short, and no word of this project: only a test that looks for it finds it. */
export const WORDS = "xyzzy-plugh";

export type Server = { readonly origin: string; logs(): string };
export type Call = readonly [tool: string, args: Record<string, unknown>];

/** Connects every kind of client, and lets each call the tools. Calls may fail. */
export async function useAll({ origin }: Server, calls: readonly Call[]): Promise<string[]> {
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
export async function abuse({ origin }: Server, issuer: string): Promise<string[]> {
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
export async function expectNoLeak(
  server: Server,
  secrets: readonly string[],
  events: readonly string[],
) {
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
