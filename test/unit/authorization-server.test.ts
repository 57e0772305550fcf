import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { decodeJwt, decodeProtectedHeader } from "jose";
import * as oauth from "oauth4webapi";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  type AuthorizationServer,
  type AuthorizationServerOptions,
  startAuthorizationServer,
} from "../../dev/authorization-server/authorization-server.ts";
import { signIn } from "../../dev/browser/headless-browser.ts";
import { mcpScopes } from "../fixture/scopes.ts";
import { ordersApiAt } from "../support/orders-api.ts";
import {
  authorizationUrl,
  connectPublicClient,
  discover,
  http,
  register,
} from "../support/public-client.ts";

const MCP = "http://localhost:8788/mcp";
const SECRET = "a-secret-of-gatehouse";

async function start(
  change: Partial<AuthorizationServerOptions> = {},
): Promise<AuthorizationServer> {
  const server = await startAuthorizationServer({
    port: 0,
    tokenFormat: "opaque",
    mcpScopes,
    resources: {
      mcp: [MCP, "http://localhost:8788/sse"],
      apis: [ordersApiAt("http://127.0.0.1:8790")],
    },
    client: { clientId: "gatehouse", clientSecret: SECRET },
    ...change,
  });
  onTestFinished(server.stop);
  return server;
}

const alice = { person: "alice", resource: MCP, scope: "orders:read notes:read" } as const;

async function introspect(
  server: oauth.AuthorizationServer,
  token: string,
  client = { client_id: "gatehouse" },
  authentication = oauth.ClientSecretBasic(SECRET),
) {
  const response = await oauth.introspectionRequest(server, client, authentication, token, http);
  return oauth.processIntrospectionResponse(server, client, response);
}

describe("an authorization request", () => {
  it.each<[string, Record<string, string | null>, string]>([
    ["without PKCE", { code_challenge: null, code_challenge_method: null }, "invalid_request"],
    ["with PKCE that hides nothing", { code_challenge_method: "plain" }, "invalid_request"],
    ["for an unknown resource", { resource: "https://other.example/mcp" }, "invalid_target"],
    ["for the API", { resource: "http://127.0.0.1:8790" }, "invalid_target"],
    ["for a token without a code", { response_type: "id_token" }, "unsupported_response_type"],
  ])("%s is refused", async (_name, change, error) => {
    const server = await discover((await start()).issuer);
    const url = await authorizationUrl(server, await register(server), "v".repeat(43), change);
    const answer = await signIn(url, { person: "alice" });
    // Where no code is asked for, answers stand in the fragment.
    const parameters = new URLSearchParams(
      answer.hash === "" ? answer.search : answer.hash.slice(1),
    );
    expect(parameters.get("error")).toBe(error);
    expect(parameters.get("code")).toBeNull();
  });

  it.each(["jwt", "opaque"] as const)(
    "for every scope that is advertised ends (%s)",
    async (tokenFormat) => {
      const server = await discover((await start({ tokenFormat })).issuer);
      const scope = server.scopes_supported?.join(" ") ?? "";
      expect(scope).toContain("profile");
      const url = await authorizationUrl(server, await register(server), "v".repeat(43), {
        resource: MCP,
        scope,
      });
      const answer = await signIn(url, { person: "alice" });
      expect(answer.searchParams.get("code")).not.toBeNull();
    },
  );

  it("of a person who cancels is access_denied", async () => {
    const server = await discover((await start()).issuer);
    const url = await authorizationUrl(server, await register(server), "v".repeat(43), {
      resource: MCP,
    });
    const answer = await signIn(url, { person: "alice", decision: "cancel-at-provider" });
    expect(answer.searchParams.get("error")).toBe("access_denied");
  });

  it("gets what the person ticked, and nothing else", async () => {
    const { issuer } = await start();
    const { server, tokens } = await connectPublicClient(issuer, {
      ...alice,
      scopes: ["notes:read"],
    });
    expect(tokens.scope).toBe("notes:read");
    expect(await introspect(server, tokens.access_token)).toMatchObject({ scope: "notes:read" });
  });
});

describe("an opaque token", () => {
  it("is told about to Gatehouse alone", async () => {
    const { issuer } = await start();
    const { server, tokens, clientId } = await connectPublicClient(issuer, alice);
    expect(await introspect(server, tokens.access_token)).toMatchObject({
      active: true,
      iss: issuer,
      aud: MCP,
      client_id: clientId,
      scope: alice.scope,
      name: "Alice Example",
    });
    const wrong = introspect(server, tokens.access_token, undefined, oauth.ClientSecretPost("no"));
    await expect(wrong).rejects.toMatchObject({ error: "invalid_client" });
    const others = introspect(server, tokens.access_token, { client_id: clientId }, oauth.None());
    expect(await others).toEqual({ active: false });
  });

  it("is not another client's to revoke", async () => {
    const { issuer } = await start();
    const [owner, other] = [
      await connectPublicClient(issuer, alice),
      await connectPublicClient(issuer, alice),
    ];
    await other.revoke(owner.tokens.access_token);
    expect(await introspect(owner.server, owner.tokens.access_token)).toMatchObject({
      active: true,
    });
  });

  it("ends with its revocation, and with that of the refresh token", async () => {
    const { issuer } = await start();
    const [first, second] = [
      await connectPublicClient(issuer, alice),
      await connectPublicClient(issuer, alice),
    ];
    await first.revoke(first.tokens.access_token);
    await second.revoke(second.tokens.refresh_token ?? "");
    for (const { server, tokens } of [first, second]) {
      expect(await introspect(server, tokens.access_token)).toEqual({ active: false });
    }
  });
});

describe("a refresh token", () => {
  it("rotates; one that comes again ends the grant", async () => {
    const { issuer } = await start();
    const { server, tokens, refresh } = await connectPublicClient(issuer, alice);
    const second = await refresh();
    expect(second.refresh_token).not.toBe(tokens.refresh_token);
    await expect(refresh(tokens.refresh_token)).rejects.toMatchObject({ error: "invalid_grant" });
    await expect(refresh(second.refresh_token)).rejects.toMatchObject({ error: "invalid_grant" });
    expect(await introspect(server, second.access_token)).toEqual({ active: false });
  });
});

describe("the keys", () => {
  const keyIds = async ({ jwks_uri }: oauth.AuthorizationServer) => {
    const response = await fetch(jwks_uri ?? "");
    const { keys }: { keys: { kid: string }[] } = await response.json();
    return keys.map(({ kid }) => kid);
  };

  it.each([true, false])("rotate; the old one stays published: %s", async (keepsOld) => {
    const authorizationServer = await start({ tokenFormat: "jwt" });
    const { server, tokens, refresh } = await connectPublicClient(
      authorizationServer.issuer,
      alice,
    );
    expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: MCP, scope: alice.scope });
    const { kid: oldId } = decodeProtectedHeader(tokens.access_token);
    expect(await keyIds(server)).toEqual([oldId]);

    authorizationServer.rotateKeys({ keepsOld });
    const { kid: newId } = decodeProtectedHeader((await refresh()).access_token);
    expect(newId).not.toBe(oldId);
    expect(await keyIds(server)).toEqual(keepsOld ? [newId, oldId] : [newId]);
  });
});

it("a restart keeps keys, clients, grants and links", async () => {
  const stateDir = await mkdtemp(join(tmpdir(), "gatehouse-tests-"));
  onTestFinished(() => rm(stateDir, { recursive: true }));
  const before = await start({ stateDir });
  const { server, tokens, refresh } = await connectPublicClient(before.issuer, alice);
  before.link("bob", true);
  await before.stop();

  const after = await start({ stateDir, port: Number(new URL(before.issuer).port) });
  expect(after.issuer).toBe(before.issuer);
  expect(await introspect(server, tokens.access_token)).toMatchObject({ active: true });
  expect(await refresh()).toMatchObject({ scope: alice.scope });
  const page = await fetch(`${after.issuer}/connections`);
  expect(await page.text()).toMatch(/name="unlink" value="bob"/);
});

it("another website's form links nobody", async () => {
  const { issuer } = await start();
  const post = async (site: string) => {
    const response = await fetch(`${issuer}/connections`, {
      method: "POST",
      headers: { "sec-fetch-site": site },
      body: new URLSearchParams({ link: "bob" }),
    });
    return [response.status, (await response.text()).includes('name="unlink" value="bob"')];
  };
  expect(await post("cross-site")).toEqual([403, false]);
  expect(await post("same-site")).toEqual([403, false]);
  expect(await post("same-origin")).toEqual([200, true]);
});

it.each(["//", "/%zz", "/connections?%", "http://other.example/"])(
  "the path %s ends nothing",
  async (path) => {
    const { issuer } = await start();
    const socket = connect(Number(new URL(issuer).port), "127.0.0.1");
    socket.end(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 (200|400|404) /);
    expect((await discover(issuer)).issuer).toBe(issuer);
  },
);

it("signs people in for a server whose tools need no scopes, or that has none", async () => {
  const { issuer } = await start({ mcpScopes: [], tokenFormat: "jwt" });
  const asking = { person: "alice", resource: MCP, scope: "" } as const;
  const { tokens } = await connectPublicClient(issuer, asking);
  expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: MCP, email: "alice@example.com" });
});
