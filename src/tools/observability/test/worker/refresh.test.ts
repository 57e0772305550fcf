import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { tokensSchema } from "../../../../../test/worker/as-client.ts";
import {
  aroundWrites,
  grantOf,
  refresh,
  restart,
  rowsOf,
} from "../../../../../test/worker/grants.ts";
import { initialize, post, Session } from "../../../../../test/worker/mcp-client.ts";
import { TEST_ORIGIN } from "../../../../../test/worker/origin.ts";
import { connectAs, standIn } from "./person.ts";
import { onLine, upstreamRefreshes } from "./upstream-line.ts";

type Connected = Awaited<ReturnType<typeof connectAs>>;

/** Cloudflare's token lives an hour; with so much gone, the next refresh renews it. */
const NEAR_ITS_END_MS = 56 * 60_000;

let refreshesBefore = 0;
beforeEach(async () => {
  await onLine({});
  refreshesBefore = await upstreamRefreshes();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const renewals = async () => (await upstreamRefreshes()) - refreshesBefore;

function pass(ms: number): void {
  const now = Date.now() + ms;
  vi.useFakeTimers({ now, toFake: ["Date"] });
}

async function connectedLongAgo(): Promise<Connected> {
  const tokens = await connectAs("alice");
  pass(NEAR_ITS_END_MS);
  return tokens;
}

async function refreshed(tokens: Connected): Promise<Connected> {
  const response = await refresh(tokens);
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return { ...tokensSchema.parse(await response.json()), clientId: tokens.clientId };
}

async function errorOf(response: Response): Promise<string> {
  return (await response.json<{ error: string }>()).error;
}

/** Calls a tool that asks Cloudflare, which refuses all tokens but its newest. */
async function reachesCloudflare({ access_token }: Connected): Promise<boolean> {
  const session = await Session.open(access_token);
  const { result } = await session.call("accounts_list");
  return result !== undefined && result.isError !== true;
}

describe("Cloudflare's token", () => {
  it("is not renewed while it lives long enough", async () => {
    const tokens = await refreshed(await connectAs("alice"));
    expect(await renewals()).toBe(0);
    expect(await reachesCloudflare(tokens)).toBe(true);
  });

  it("is renewed with the client's own, once for all who ask at once", async () => {
    const tokens = await connectedLongAgo();
    const answers = await Promise.all(Array.from({ length: 6 }, () => refreshed(tokens)));
    expect(new Set(answers.map(({ access_token }) => access_token)).size).toBe(1);
    expect(await renewals()).toBe(1);
    expect(await reachesCloudflare(answers[0] ?? tokens)).toBe(true);
  });

  it("is in a running session at its next call", async () => {
    const tokens = await connectAs("alice");
    const session = await Session.open(tokens.access_token);
    await session.use("accounts_list");
    pass(NEAR_ITS_END_MS);
    session.token = (await refreshed(tokens)).access_token;
    await session.use("accounts_list");
    expect(await renewals()).toBe(1);
  });

  it("is outlived by no token of ours", async () => {
    const tokens = await connectAs("alice");
    // A minute before, because a call in the last moment takes time.
    expect(tokens.expires_in).toBeLessThanOrEqual(3_540);
    expect(tokens.expires_in).toBeGreaterThan(3_500);
    pass(20 * 60_000);
    const { expires_in } = await refreshed(tokens);
    expect(expires_in).toBeLessThanOrEqual(2_340);
    expect(expires_in).toBeGreaterThan(2_300);
  });

  it("stands in no row of the grant's object that can be read", async () => {
    const tokens = await connectedLongAgo();
    await aroundWrites(grantOf(tokens), async (_write, { state }) => {
      state.abort("replaced");
      await new Promise(() => undefined);
    });
    await refresh(tokens);
    const rows = await rowsOf(grantOf(tokens));
    expect(rows.get("upstream")).toMatchObject({ ciphertext: expect.any(ArrayBuffer) });
    expect(await reachesCloudflare(await refreshed(tokens))).toBe(true);
    expect((await rowsOf(grantOf(tokens))).has("upstream")).toBe(false);
    expect(await renewals()).toBe(1);
  });
});

describe("the object is replaced in the middle", () => {
  it.each([
    ["before Cloudflare has heard of it", [60, 0]],
    ["while its answer is on the way back", [0, 60]],
  ])("%s: it is asked once, and the refresh is repeated", async (_name, delaysMs) => {
    const tokens = await connectedLongAgo();
    await onLine({ delaysMs });
    const grant = grantOf(tokens);
    const lost = refresh(tokens);
    await vi.waitUntil(async () => (await rowsOf(grant)).has("renewalBeganAtMs"));
    await restart(grant);
    expect((await lost).status).toBe(503);
    const answer = await refreshed(tokens);
    expect(await renewals()).toBe(1);
    expect(await reachesCloudflare(answer)).toBe(true);
  });

  it("and nobody heard what became of it: after a while it is asked again", async () => {
    const tokens = await connectedLongAgo();
    const grant = grantOf(tokens);
    await runInDurableObject(grant, (_object, { storage }) => {
      storage.kv.put("renewalBeganAtMs", Date.now());
    });
    pass(15_000);
    expect(await reachesCloudflare(await refreshed(tokens))).toBe(true);
    expect((await rowsOf(grant)).has("renewalBeganAtMs")).toBe(false);
  });
});

describe("Cloudflare is not there just now", () => {
  it("and the grant goes on when it is there again", async () => {
    const tokens = await connectedLongAgo();
    await onLine({ lost: 1 });
    const response = await refresh(tokens);
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await errorOf(response)).toBe("temporarily_unavailable");
    expect(await reachesCloudflare(await refreshed(tokens))).toBe(true);
    expect(await renewals()).toBe(1);
  });
});

it("a grant that ends while Cloudflare is asked stays ended", async () => {
  const tokens = await connectedLongAgo();
  await onLine({ delaysMs: [60, 0] });
  const underWay = refresh(tokens);
  await vi.waitUntil(async () => (await rowsOf(grantOf(tokens))).has("renewalBeganAtMs"));
  await grantOf(tokens).end(TEST_ORIGIN);
  expect(await errorOf(await underWay)).toBe("invalid_grant");
  expect([...(await rowsOf(grantOf(tokens))).keys()]).toEqual(["ended"]);
  expect(await grantOf(tokens).isEnded()).toBe(true);
});

describe("the person has taken the consent back at Cloudflare", () => {
  it("and the next refresh ends the grant", async () => {
    const tokens = await connectedLongAgo();
    await standIn("revoke", { person: "alice" });
    expect(await errorOf(await refresh(tokens))).toBe("invalid_grant");
    expect((await post(tokens.access_token, initialize())).response.status).toBe(401);
    expect(await grantOf(tokens).isEnded()).toBe(true);
  });

  it("and a call ends the grant", async () => {
    const tokens = await connectAs("alice");
    await standIn("revoke", { person: "alice" });
    expect(await reachesCloudflare(tokens)).toBe(false);
    expect(await grantOf(tokens).isEnded()).toBe(true);
    expect(await errorOf(await refresh(tokens))).toBe("invalid_grant");
  });
});

describe("a call that began with Cloudflare's old token", () => {
  it("fails, and leaves the renewed grant alone", async () => {
    const tokens = await connectedLongAgo();
    const old = await Session.open(tokens.access_token);
    const answer = await refreshed(tokens);
    const { result } = await old.call("accounts_list");
    expect(JSON.stringify(result)).toContain("was renewed while this call was under way");
    expect(await reachesCloudflare(answer)).toBe(true);
  });
});
