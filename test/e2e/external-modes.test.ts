import { join } from "node:path";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { projectDir, startNode } from "../../dev/server/processes.ts";
import { type ExternalGatehouse, startExternalGatehouse } from "../support/external-gatehouse.ts";
import { inspect } from "../support/inspector.ts";
import { connectSdkClient, OAuthMemory } from "../support/sdk-oauth.ts";
import { connectSdkV2Client, type Mode } from "../support/sdk-v2-client.ts";
import { connectMcpRemote } from "../support/stdio-client.ts";

describe.each(["jwt", "introspection"] as const)("AUTH_MODE=%s", (mode) => {
  let gatehouse: ExternalGatehouse;

  beforeAll(async () => {
    gatehouse = await startExternalGatehouse(mode);
  }, 120_000);
  afterAll(() => gatehouse?.stop());

  const sdkClient = async (path: string, memory: OAuthMemory) => {
    const { client, close } = await connectSdkClient(gatehouse.origin + path, memory);
    onTestFinished(close);
    return client;
  };
  const firstOrder = {
    orders: expect.arrayContaining([expect.objectContaining({ id: "A-1042" })]),
  };

  it.each([
    ["/mcp", []],
    ["/mcp", ["--protocol", "auto"]],
    ["/sse", []],
  ])("mcp-remote goes the whole way to the API at %s %s", async (path, args) => {
    const { client, close } = await connectMcpRemote(gatehouse.origin + path, "alice", { args });
    onTestFinished(close);
    const orders = await client.callTool({ name: "list_orders" });
    expect(orders.structuredContent).toMatchObject(firstOrder);
  });

  it.each(["/mcp", "/sse"])("so does the SDK's client at %s", async (path) => {
    const client = await sdkClient(path, new OAuthMemory({ person: "alice" }));
    const orders = await client.callTool({ name: "list_orders" });
    expect(orders.structuredContent).toMatchObject(firstOrder);
    const order = await client.callTool({ name: "get_order", arguments: { id: "A-1038" } });
    expect(order.structuredContent).toMatchObject({ item: "Teapot, cast iron" });
    const others = await client.callTool({ name: "get_order", arguments: { id: "B-2003" } });
    expect(JSON.stringify(others.content)).toContain("There is no order B-2003");
    const me = await client.callTool({ name: "whoami" });
    expect(me.structuredContent).toMatchObject({ name: "Alice Example" });
  });

  it.each<[string, Mode]>([
    ["legacy", "legacy"],
    ["modern", { pin: "2026-07-28" }],
  ])(
    "the SDK v2 client (%s) refreshes at the authorization server, and asks for more",
    async (...how) => {
      const memory = new OAuthMemory({ person: "alice" });
      const connection = await connectSdkV2Client(`${gatehouse.origin}/mcp`, memory, how[1]);
      onTestFinished(connection.close);
      const { client, finishSignIn } = connection;
      memory.expireAccessToken();
      const orders = await client.callTool({ name: "list_orders" });
      expect(orders.structuredContent).toMatchObject(firstOrder);
      expect(memory.signIns).toBe(1);

      const cancel = () => client.callTool({ name: "cancel_order", arguments: { id: "A-1042" } });
      await expect(cancel()).rejects.toThrow();
      expect(memory.signIns).toBe(2);
      await finishSignIn();
      expect((await cancel()).structuredContent).toMatchObject({ id: "A-1042" });
    },
  );

  it.each(["legacy", "modern"])("the Inspector's command line too (%s)", async (era) => {
    const call = ["--method", "tools/call", "--tool-name", "list_orders"];
    const url = `${gatehouse.origin}/mcp`;
    const called = await inspect(url, "http", "--protocol-era", era, ...call);
    expect(JSON.parse(called)).toMatchObject({ result: { structuredContent: firstOrder } });
  });

  it("a call needs the scope of its operation", async () => {
    const memory = new OAuthMemory({ person: "alice", scopes: ["op:add"] });
    const client = await sdkClient("/mcp", memory);
    const compute = (operation: string) =>
      client.callTool({ name: "calculator", arguments: { operation, a: 6, b: 3 } });
    expect((await compute("add")).structuredContent).toEqual({ result: 9 });
    await expect(compute("divide")).rejects.toThrow();
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["calculator"]);
  });

  it("a person who has not allowed the API reads where to do so, and goes on", async () => {
    const client = await sdkClient("/mcp", new OAuthMemory({ person: "bob" }));
    const refused = await client.callTool({ name: "list_orders" });
    expect(refused.isError).toBe(true);
    expect(JSON.stringify(refused.content)).toContain(
      `Open ${gatehouse.authorizationServer.issuer}/connections in your browser and allow it`,
    );
    gatehouse.authorizationServer.link("bob", true);
    const orders = await client.callTool({ name: "list_orders" });
    expect(JSON.stringify(orders.structuredContent)).toContain("Espresso beans");
    expect(JSON.stringify(orders.structuredContent)).not.toContain("Oolong");
  });

  it("a person who denies gives the client no code", async () => {
    const memory = new OAuthMemory({ person: "alice", decision: "cancel-at-provider" });
    await expect(sdkClient("/mcp", memory)).rejects.toThrow("The sign-in brought no code");
  });

  it("the API has seen its own tokens only", async () => {
    const memory = new OAuthMemory({ person: "alice" });
    const client = await sdkClient("/mcp", memory);
    await client.callTool({ name: "list_orders" });
    const seen = [...gatehouse.ordersApi.tokens];
    expect(seen).not.toHaveLength(0);
    expect(seen).not.toContain(memory.tokens()?.access_token);
    for (const token of seen) {
      expect(decodeJwt(token)).toMatchObject({
        aud: gatehouse.ordersApi.origin,
        iss: gatehouse.authorizationServer.issuer,
        act: { sub: "gatehouse" },
      });
    }
  });

  it("the authorization server is asked as often as the mode says", async () => {
    const { requestsTo } = gatehouse.authorizationServer;
    const client = await sdkClient("/mcp", new OAuthMemory({ person: "alice" }));
    await client.callTool({ name: "list_orders" });
    const counts = () => ["/jwks", "/token/introspection", "/token"].map(requestsTo);
    const [keys = 0, introspections = 0, tokens = 0] = counts();
    for (let times = 0; times < 3; times++) await client.callTool({ name: "list_orders" });
    // The exchanged token was kept; an introspection was not.
    expect(counts()).toEqual([keys, introspections + (mode === "introspection" ? 3 : 0), tokens]);
  });

  it("npm run try goes the whole way", async () => {
    const args = ["list_orders", "--url", `${gatehouse.origin}/mcp`, "--user", "alice"];
    const attempt = startNode(join(projectDir, "dev/commands/try.ts"), args);
    onTestFinished(attempt.stop);
    const exitCode = await attempt.exited;
    expect(attempt.output()).toContain('"id": "A-1042"');
    expect(exitCode).toBe(0);
  });

  it("a session goes on after a restart of the Worker", async () => {
    const client = await sdkClient("/mcp", new OAuthMemory({ person: "alice" }));
    await gatehouse.restart();
    const orders = await client.callTool({ name: "list_orders" });
    expect(orders.structuredContent).toMatchObject(firstOrder);
  });

  if (mode === "introspection") {
    it("a token that was revoked is refused at the next call", async () => {
      const memory = new OAuthMemory({ person: "alice" });
      const client = await sdkClient("/mcp", memory);
      await client.callTool({ name: "whoami" });
      const revocation = await fetch(`${gatehouse.authorizationServer.issuer}/token/revocation`, {
        method: "POST",
        body: new URLSearchParams({
          token: memory.tokens()?.access_token ?? "",
          client_id: memory.clientInformation()?.client_id ?? "",
        }),
      });
      expect(revocation.status).toBe(200);
      const response = await fetch(`${gatehouse.origin}/mcp`, {
        method: "POST",
        headers: { authorization: `Bearer ${memory.tokens()?.access_token}` },
      });
      expect(response.status).toBe(401);
    });
  }

  if (mode === "jwt") {
    it("a consent that was revoked ends the way to the API before the token ends", async () => {
      const memory = new OAuthMemory({ person: "alice" });
      const client = await sdkClient("/mcp", memory);
      await fetch(`${gatehouse.authorizationServer.issuer}/token/revocation`, {
        method: "POST",
        body: new URLSearchParams({
          token: memory.tokens()?.refresh_token ?? "",
          client_id: memory.clientInformation()?.client_id ?? "",
        }),
      });
      const orders = await client.callTool({ name: "list_orders" });
      expect(orders.isError).toBe(true);
      expect(JSON.stringify(orders.content)).toContain("You have not allowed this server to use");
    });

    it("proves itself with a new assertion each time, and publishes its key", async () => {
      const { issuer } = gatehouse.authorizationServer;
      const response = await fetch(`${gatehouse.origin}/.well-known/jwks.json`);
      expect(await response.json()).toMatchObject({
        keys: [{ kty: "EC", alg: "ES256", use: "sig" }],
      });
      expect(response.headers.get("content-type")).toBe("application/jwk-set+json");
      // The authorization server takes each assertion once; both calls had to get through.
      const [alice, narrow] = [
        await sdkClient("/mcp", new OAuthMemory({ person: "alice" })),
        await sdkClient("/mcp", new OAuthMemory({ person: "alice", scopes: ["orders:read"] })),
      ];
      for (const client of [alice, narrow]) {
        const { structuredContent } = await client.callTool({ name: "list_orders" });
        expect(structuredContent, issuer).toMatchObject(firstOrder);
      }
    });
  }
});
