import { evictAllDurableObjects, listDurableObjectIds, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { encodePrincipal } from "../../src/engine/mcp/session/principal-header";
import { connect, register, request, tokenRequest, tokensSchema } from "./as-client.ts";
import { initialize, post, Session, statuses, toolErrorText } from "./mcp-client.ts";

const call = (name: string, args: object = {}) => ({
  jsonrpc: "2.0",
  id: 7,
  method: "tools/call",
  params: { name, arguments: args },
});

describe("a session", () => {
  it("is not there for another person, nor for another client of the same person", async () => {
    const alice = await Session.open((await connect({ person: "alice" })).access_token);
    const clientOfAlice = await connect({ person: "alice" });
    const bob = await connect({ person: "bob" });
    expect(await statuses(bob.access_token, alice.id)).toEqual([404, 404, 404]);
    expect(await statuses(clientOfAlice.access_token, alice.id)).toEqual([404, 404, 404]);
    expect(await alice.use("whoami")).toMatchObject({ name: "Alice Example" });
  });

  it("is not there for another person of the same client, after its object restarted", async () => {
    const clientId = await register();
    const alice = await Session.open((await connect({ person: "alice", clientId })).access_token);
    const bob = await connect({ person: "bob", clientId });
    await evictAllDurableObjects();
    expect(await statuses(bob.access_token, alice.id)).toEqual([404, 404, 404]);
    expect(await alice.use("whoami")).toMatchObject({ name: "Alice Example" });
  });

  it("cannot be given an id by a client", async () => {
    const { access_token } = await connect();
    const chosen = ["chosen", `chosen.${"A".repeat(43)}`, "a".repeat(64), "../x", "a.b.c"];
    for (const id of chosen) {
      expect(await statuses(access_token, id), id).toEqual([404, 404, 404]);
      const { response } = await post(access_token, initialize(), { "mcp-session-id": id });
      // A new one, in its place: a client that keeps sending a dead id would never get back in.
      expect(response.headers.get("mcp-session-id"), id).not.toContain(id);
    }
  });

  it("is gone after DELETE", async () => {
    const session = await Session.open((await connect()).access_token);
    const headers = { authorization: `Bearer ${session.token}`, "mcp-session-id": session.id };
    expect((await request("/mcp", { method: "DELETE", headers })).status).toBe(204);
    expect((await session.request("tools/list")).response.status).toBe(404);
  });

  it("takes its authority from the token of each request", async () => {
    const { clientId, ...all } = await connect();
    const few = await connect({ clientId, scopes: ["account:read"] });
    const session = await Session.open(all.access_token);
    expect(await session.toolNames()).toContain("calculator");
    session.token = few.access_token;
    expect(await session.toolNames()).toEqual(["whoami"]);
    expect((await session.use("whoami")).scopes).toEqual(["account:read"]);
    session.token = all.access_token;
    expect(await session.toolNames()).toContain("calculator");
  });

  it("goes on with a refreshed token", async () => {
    const { clientId, refresh_token, access_token } = await connect();
    const session = await Session.open(access_token);
    const response = await tokenRequest({
      grant_type: "refresh_token",
      refresh_token,
      client_id: clientId,
    });
    session.token = tokensSchema.parse(await response.json()).access_token;
    expect(await session.use("whoami")).toMatchObject({ name: "Alice Example" });
  });

  it("ignores internal headers that a client sends", async () => {
    const victim = encodePrincipal({
      userId: "victim",
      identity: { issuer: "https://idp.example", subject: "1", name: "Victim" },
      clientId: "x",
      clientName: "x",
      grantId: "x",
      scopes: ["account:read"],
      resource: "x",
      expiresAtSeconds: 9_999_999_999,
    });
    const session = await Session.open((await connect()).access_token);
    const { result } = await session.send(call("whoami"), {
      "gatehouse-principal": victim,
      "cf-mcp-method": "POST",
      "cf-mcp-message": btoa(
        JSON.stringify([call("calculator", { operation: "add", a: 1, b: 1 })]),
      ),
    });
    expect(result).toMatchObject({ structuredContent: { name: "Alice Example" } });
  });

  it("keeps no token, no name and no address in its object", async () => {
    const session = await Session.open((await connect()).access_token);
    await session.use("whoami");
    const stored: string[] = [];
    for (const id of await listDurableObjectIds(env.MCP_SESSION)) {
      await runInDurableObject(env.MCP_SESSION.get(id), async (_instance, { storage }) => {
        stored.push(JSON.stringify([...(await storage.list())]));
        for (const { name } of storage.sql.exec(
          "SELECT name FROM sqlite_master WHERE type = 'table'",
        )) {
          if (String(name).startsWith("_cf_")) continue;
          stored.push(JSON.stringify([...storage.sql.exec(`SELECT * FROM "${name}"`)]));
        }
      });
    }
    const everything = stored.join("\n");
    expect(everything).toContain("initializeRequest");
    expect(everything).not.toMatch(/Alice|alice|example\.com|Bearer/);
    for (const part of session.token.split(":").slice(2)) expect(everything).not.toContain(part);
  });
});

describe("a message that is wrong", () => {
  it("is refused as the transport says", async () => {
    const session = await Session.open((await connect()).access_token);
    const refused = async (message: unknown, headers = {}) => {
      const { response, error } = await session.send(message, headers);
      return [response.status, error?.code];
    };
    expect(await refused("{not json")).toEqual([400, -32_700]);
    expect(await refused("")).toEqual([400, -32_700]);
    expect(await refused({ hello: "world" })).toEqual([400, -32_600]);
    expect(await refused(call("whoami"), { "content-type": "text/plain" })).toEqual([415, -32_000]);
    expect(await refused(call("whoami"), { accept: "text/html" })).toEqual([406, -32_000]);
    expect(await refused(call("whoami"), { "mcp-protocol-version": "1999-01-01" })).toEqual([
      400, -32_000,
    ]);
    expect(await session.use("whoami")).toMatchObject({ name: "Alice Example" });
  });

  it("is refused when it is larger than 4 MiB, and taken just below", async () => {
    const session = await Session.open((await connect()).access_token);
    const sized = (bytes: number) => call("save_note", { text: "x".repeat(bytes) });
    expect((await session.send(sized(4 * 1_024 * 1_024))).response.status).toBe(413);
    const large = await session.send(sized(4 * 1_024 * 1_024 - 200));
    expect(large.response.status).toBe(200);
    expect(toolErrorText(large)).toContain("Wrong arguments");
  });

  it("without a session is told to start one", async () => {
    const { access_token } = await connect();
    expect((await post(access_token, call("whoami"))).response.status).toBe(400);
  });

  it("names a tool or a method that is not there", async () => {
    const session = await Session.open((await connect()).access_token);
    expect((await session.call("nothing")).error).toMatchObject({
      code: -32_602,
      message: "Unknown tool: nothing",
    });
    expect((await session.request("nothing/here")).error?.code).toBe(-32_601);
  });

  it("comes by a method that is not there", async () => {
    const { access_token } = await connect();
    const headers = { authorization: `Bearer ${access_token}` };
    for (const method of ["PUT", "PATCH", "HEAD"]) {
      const response = await request("/mcp", { method, headers });
      expect(response.status, method).toBe(405);
      expect(response.headers.get("allow")).toBe("GET, POST, DELETE, OPTIONS");
    }
  });
});
