import { afterEach, describe, expect, inject, it, vi } from "vitest";
import { connectPublicClient } from "../support/public-client.ts";
import { MCP } from "./as-client.ts";
import { externalGatehouse } from "./external-gatehouse.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** Connects a client of alice at a real authorization server. */
function connect(issuer: string, scope: string) {
  return connectPublicClient(issuer, { person: "alice", resource: MCP, scope });
}

it("a real server's tokens are taken, before and after it rotates its keys", async () => {
  const { issuer, control } = inject("authorizationServer");
  const gatehouse = externalGatehouse({ AUTH_MODE: "jwt", AS_ISSUER: issuer });
  const before = (await connect(issuer, "account:read")).tokens.access_token;
  const { result } = await gatehouse.use(before, "whoami");
  expect(result?.structuredContent).toMatchObject({ name: "Alice Example" });
  expect(
    (await gatehouse.call(before, "calculator", { operation: "add", a: 1, b: 1 })).status,
  ).toBe(403);

  await fetch(control, { method: "POST" });
  const after = (await connect(issuer, "account:read")).tokens.access_token;
  vi.useFakeTimers({ now: Date.now() + 31_000, toFake: ["Date"] });
  expect((await gatehouse.call(after, "whoami")).status).toBe(200);
  // Its key is no longer published, so it might be anybody's.
  expect((await gatehouse.call(before, "whoami")).status).toBe(401);
});

describe.each([
  ["client_secret_basic", { AS_CLIENT_AUTH: "client_secret_basic" }],
  ["client_secret_post", { AS_CLIENT_AUTH: "client_secret_post" }],
  ["private_key_jwt", undefined],
])("a real server's opaque tokens are introspected with %s", (_method, secretVars) => {
  const start = () => {
    const { bySecret, byKey } = inject("introspectionServers");
    const { issuer, ...credential } = secretVars === undefined ? byKey : bySecret;
    const gatehouse = externalGatehouse({
      AUTH_MODE: "introspection",
      AS_ISSUER: issuer,
      AS_CLIENT_ID: "gatehouse",
      ...credential,
      ...secretVars,
    });
    return { issuer, gatehouse };
  };

  it("at each call, until they are revoked", async () => {
    const { issuer, gatehouse } = start();
    const { tokens, revoke } = await connect(issuer, "account:read");
    const token = tokens.access_token;
    // A second assertion has to be another one: the server takes each once.
    for (let times = 0; times < 2; times++) {
      const { result } = await gatehouse.use(token, "whoami");
      expect(result?.structuredContent).toMatchObject({ name: "Alice Example" });
    }
    const { status } = await gatehouse.call(token, "calculator", { operation: "add", a: 1, b: 1 });
    expect(status).toBe(403);
    await revoke(token);
    expect((await gatehouse.call(token, "whoami")).status).toBe(401);
  });

  it("and a refresh token is none, though the server calls it active", async () => {
    const { issuer, gatehouse } = start();
    const { tokens } = await connect(issuer, "account:read");
    expect((await gatehouse.call(tokens.refresh_token ?? "", "whoami")).status).toBe(401);
  });
});

it("a real server that refuses our credential is an outage, and not the caller's fault", async () => {
  const { issuer } = inject("introspectionServers").bySecret;
  const { tokens } = await connect(issuer, "account:read");
  const vars = { AUTH_MODE: "introspection", AS_ISSUER: issuer, AS_CLIENT_ID: "gatehouse" };
  const gatehouse = externalGatehouse({ ...vars, AS_CLIENT_SECRET: "another" });
  expect((await gatehouse.call(tokens.access_token, "whoami")).status).toBe(503);
});
