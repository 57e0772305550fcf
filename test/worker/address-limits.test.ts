import { beforeEach, describe, expect, it, vi } from "vitest";
import { clientAddress, clientSite } from "../../src/engine/lib/client-address";
import { authorizationUrl, register } from "./as-client.ts";
import {
  brokenLimiter,
  LIMIT,
  type LimitedGatehouse,
  limitOfThree,
  untilWindowHasRoom,
  withLimits,
} from "./small-limits.ts";

beforeEach(untilWindowHasRoom);

type Call = (gatehouse: LimitedGatehouse, address: string) => Promise<Response>;

const registerAt: Call = (gatehouse, address) =>
  gatehouse("/oauth/register", {
    method: "POST",
    headers: { "cf-connecting-ip": address, origin: "https://browser-client.example" },
    body: "{}",
  });
const tokenAt: Call = (gatehouse, address) =>
  gatehouse("/oauth/token", {
    method: "POST",
    headers: { "cf-connecting-ip": address, origin: "https://browser-client.example" },
    body: new URLSearchParams({ grant_type: "refresh_token" }),
  });
const authorizeAt: Call = async (gatehouse, address) => {
  const { url } = await authorizationUrl(await register());
  return gatehouse(url.pathname + url.search, { headers: { "cf-connecting-ip": address } });
};
const decideAt: Call = (gatehouse, address) =>
  gatehouse("/authorize", {
    method: "POST",
    headers: { "cf-connecting-ip": address },
    body: new FormData(),
  });

async function statuses(call: Call, gatehouse: LimitedGatehouse, address: string, times: number) {
  const seen: number[] = [];
  for (let count = 0; count < times; count++) {
    const response = await call(gatehouse, address);
    await response.body?.cancel();
    seen.push(response.status);
  }
  return seen;
}

// Each kind of request has addresses of its own, because they share the one real limiter.
describe.each([
  ["POST /oauth/register", "REGISTRATIONS_PER_ADDRESS", registerAt, 400, 1],
  ["POST /oauth/token", "TOKEN_REQUESTS_PER_ADDRESS", tokenAt, 401, 2],
  ["GET /authorize", "SIGN_INS_PER_ADDRESS", authorizeAt, 200, 3],
  ["POST /authorize", "SIGN_INS_PER_ADDRESS", decideAt, 400, 4],
] as const)("%s", (_, limit, call, letThrough, network) => {
  const address = `192.0.${network}.1`;
  const allThrough = Array<number>(LIMIT).fill(letThrough);

  it("answers 429 to an address that comes too often, and to no other", async () => {
    const gatehouse = withLimits({ [limit]: limitOfThree });
    expect(await statuses(call, gatehouse, address, LIMIT)).toEqual(allThrough);
    const refused = await call(gatehouse, address);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("60");
    expect(refused.headers.get("cache-control")).toBe("no-store");
    expect(await statuses(call, gatehouse, `192.0.${network}.2`, LIMIT)).toEqual(allThrough);
  });

  it.each([
    ["was removed", undefined],
    ["is down", brokenLimiter],
  ])("lets everybody through where the limiter %s", async (_, limiter) => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    const gatehouse = withLimits({ [limit]: limiter });
    expect(await statuses(call, gatehouse, address, LIMIT + 1)).toEqual([
      ...allThrough,
      letThrough,
    ]);
    expect(log.mock.calls.length > 0).toBe(limiter !== undefined);
    log.mockRestore();
  });
});

const exhausted: RateLimit = { limit: () => Promise.resolve({ success: false }) };

it.each([
  ["/oauth/register", registerAt],
  ["/oauth/token", tokenAt],
])("tells a client at %s in OAuth's words, which a script may read", async (_, call) => {
  const gatehouse = withLimits({
    REGISTRATIONS_PER_ADDRESS: exhausted,
    TOKEN_REQUESTS_PER_ADDRESS: exhausted,
  });
  const response = await call(gatehouse, "192.0.2.9");
  expect(response.headers.get("access-control-allow-origin")).toBe(
    "https://browser-client.example",
  );
  expect(response.headers.get("access-control-expose-headers")).toBe("Retry-After");
  expect(await response.json()).toEqual({
    error: "temporarily_unavailable",
    error_description: "Too many requests from this address; wait 60 seconds",
  });
});

it("tells a person at /authorize on a page, and redirects nowhere", async () => {
  const response = await authorizeAt(withLimits({ SIGN_INS_PER_ADDRESS: exhausted }), "192.0.2.9");
  expect(response.status).toBe(429);
  expect(response.headers.get("content-type")).toContain("text/html");
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(await response.text()).toContain("Too many people are connecting");
});

it("does not count what browsers ask before a script may POST", async () => {
  const gatehouse = withLimits({ REGISTRATIONS_PER_ADDRESS: exhausted });
  const response = await gatehouse("/oauth/register", {
    method: "OPTIONS",
    headers: { "cf-connecting-ip": "192.0.2.9", origin: "https://browser-client.example" },
  });
  expect(response.status).toBe(204);
});

it.each([
  [undefined, undefined],
  ["192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::1", "2001:db8:1:2::/64"],
  ["2001:0DB8:0001:0002::1", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["::ffff:192.0.2.1", "::ffff:192.0.2.1"],
])("counts the address %s as %s", (address, counted) => {
  const headers = new Headers(address === undefined ? {} : { "cf-connecting-ip": address });
  expect(clientAddress(new Request("https://mcp.test", { headers }))).toBe(counted);
});

it.each([
  [undefined, undefined],
  ["192.0.2.1", undefined],
  ["::ffff:192.0.2.1", undefined],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"],
  ["2001:db8::1", "2001:db8:0::/48"],
])("knows the network around the address %s as %s", (address, site) => {
  const headers = new Headers(address === undefined ? {} : { "cf-connecting-ip": address });
  expect(clientSite(new Request("https://mcp.test", { headers }))).toBe(site);
});

it("limits a network that comes from another /64 each time", async () => {
  const counted: string[] = [];
  const siteLimiter: RateLimit = {
    async limit({ key }) {
      counted.push(key);
      return { success: !key.endsWith("/48") };
    },
  };
  const gatehouse = withLimits({ TOKEN_REQUESTS_PER_ADDRESS: siteLimiter });
  const seen: number[] = [];
  // One request in four counts for the network; none of 128 never happens.
  for (let network = 0; network < 128; network++) {
    const response = await tokenAt(gatehouse, `2001:db8:7:${network.toString(16)}::1`);
    seen.push(response.status);
  }
  expect(seen).toContain(429);
  expect(seen).toContain(401);
  expect(counted.filter((key) => key.endsWith("/64"))).toHaveLength(128);
  expect(new Set(counted.filter((key) => key.endsWith("/48")))).toEqual(
    new Set(["2001:db8:7::/48"]),
  );
});
