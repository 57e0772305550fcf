import { env } from "cloudflare:workers";
import { createRemoteJWKSet, customFetch, decodeJwt, type JWTPayload, jwtVerify } from "jose";
import { beforeAll, describe, expect, inject, it, vi } from "vitest";
import * as z from "zod";
import { newPrivateKeyPem } from "../../dev/local-servers/signing-keys.ts";
import { type Api, defineApi } from "../../src/engine/config";
import { parseConfig } from "../../src/engine/configuration";
import { openIdConnect } from "../../src/engine/providers/openid-connect";
import { defineServer } from "../../src/engine/server";
import { defineTool, type ToolContext } from "../../src/engine/tools/define-tool";
import { defineToolset } from "../../src/engine/tools/define-toolset";
import { reads } from "../fixture/annotations.ts";
import { connect, MCP, type Tokens } from "./as-client.ts";
import { gatehouseWith } from "./gatehouse-with.ts";
import { statelessCall } from "./mcp-client.ts";
import { TEST_ORIGIN } from "./origin.ts";
import { requestsTo, script } from "./scripted.ts";

/** The ways to call an API that need nothing of the person: what the API sees of each. */

const IDENTITY_KEY = newPrivateKeyPem();
const scripted = inject("scriptedOrigin");
const machines = inject("machineAuthority");

let alice: Tokens & { clientId: string };
let bob: Tokens & { clientId: string };
beforeAll(async () => {
  [alice, bob] = await Promise.all([connect(), connect({ person: "bob" })]);
});

type App = { readonly rpc: { close(id: string, identity: string): Promise<unknown> } };

const answerSchema = z.object({
  result: z.looseObject({
    structuredContent: z.looseObject({}).optional(),
    _meta: z.looseObject({}).optional(),
    content: z.array(z.looseObject({ text: z.string() })),
  }),
});

/** A server with one tool that calls the API, and what it is asked with. */
function serverWith(api: Api, vars: Record<string, unknown>) {
  const call = defineTool({
    name: "call",
    title: "Call",
    description: "Calls the API.",
    scopes: ["notes:read"],
    annotations: reads,
    input: z.object({ path: z.string(), header: z.string().optional() }),
    output: z.looseObject({}),
    run: ({ path, header }, context: ToolContext<App>) =>
      context.api(api).request({
        path: [path],
        ...(header !== undefined && { headers: { [header]: "the tool's own" } }),
        answer: z.looseObject({}),
      }),
  });
  const close = defineTool({
    name: "close",
    title: "Close",
    description: "Calls the Worker by RPC.",
    scopes: ["notes:read"],
    annotations: reads,
    input: z.object({ id: z.string() }),
    output: z.looseObject({}),
    run: async ({ id }, { api: apiOf, app }: ToolContext<App>) =>
      z.looseObject({}).parse(await app.rpc.close(id, await apiOf(api).identityToken())),
  });
  const tickets = defineToolset({
    name: "tickets",
    apis: [api],
    scopes: [{ name: "notes:read", description: "Read", baseline: true }],
    tools: [call, close],
  });
  const definition = defineServer({
    name: "Tickets",
    toolsets: [tickets],
    identityProviders: [openIdConnect],
    apis: [api],
    context: (bindings): App => ({ rpc: Reflect.get(bindings, "TICKETS_RPC") }),
  });
  const reach = gatehouseWith(vars, definition);
  return {
    reach,
    problems: () => parseConfig({ ...env, ...vars }, definition),
    async use(name: string, args: Record<string, unknown>, { access_token }: Tokens = alice) {
      const response = await reach(MCP, statelessCall(access_token, { name, arguments: args }));
      return answerSchema.parse(await response.json()).result;
    },
  };
}

/** A path of the scripted API that answers so, and what came to it. */
async function scriptedPath(status = 200) {
  const path = crypto.randomUUID();
  await script(`/${path}`, { status, body: "{}", headers: { "content-type": "application/json" } });
  return { path, seen: () => requestsTo(`/${path}`) };
}

/** The bearer tokens of requests. */
const bearersIn = (requests: Awaited<ReturnType<typeof requestsTo>>) =>
  requests.map(({ headers }) => String(headers.authorization).replace("Bearer ", ""));

const common = { name: "tickets", variables: "TICKETS" };
const url = { TICKETS_URL: scripted };

describe("with a key of the company", () => {
  it.each([
    ["a header", { header: "x-api-key" }, "x-api-key", "k&y"],
    [
      "a header with a scheme",
      { header: "authorization", scheme: "Token" },
      "authorization",
      "Token k&y",
    ],
    ["Basic", { basic: { user: "me" } }, "authorization", `Basic ${btoa("me:k&y")}`],
    ["Basic, as the user", { basic: "key-as-user" }, "authorization", `Basic ${btoa("k&y:")}`],
  ] as const)("sends it in %s", async (_what, place, header, expected) => {
    const api = defineApi({ ...common, access: { by: "key", in: place } });
    const { path, seen } = await scriptedPath();
    await serverWith(api, { ...url, TICKETS_KEY: "k&y" }).use("call", { path });
    const [request] = await seen();
    expect(request?.headers[header]).toBe(expected);
    // Nothing of the person's, whose own token must not reach any API.
    expect(JSON.stringify(request)).not.toContain(alice.access_token);
  });

  it("sends it in the query", async () => {
    const api = defineApi({ ...common, access: { by: "key", in: { query: "key" } } });
    const { path, seen } = await scriptedPath();
    await serverWith(api, { ...url, TICKETS_KEY: "k&y" }).use("call", { path });
    expect((await seen())[0]).toMatchObject({ query: "?key=k%26y" });
    expect((await seen())[0]?.headers).not.toHaveProperty("authorization");
  });

  it("says that the operator has to act when the API refuses it, and ends nothing", async () => {
    const logged = vi.spyOn(console, "error");
    const api = defineApi({ ...common, access: { by: "key", in: { header: "x-api-key" } } });
    const { path, seen } = await scriptedPath(401);
    const server = serverWith(api, { ...url, TICKETS_KEY: "wrong" });
    const { _meta, content } = await server.use("call", { path });
    expect(_meta).toMatchObject({ "gatehouse/error-code": "upstream_misconfigured" });
    expect(content[0]?.text).toContain("operator");
    expect(await seen()).toHaveLength(1);
    expect(logged).toHaveBeenCalledWith(
      expect.objectContaining({
        ...{ event: "upstream_credential_refused", api: "tickets", challenge: "none" },
      }),
    );
    expect((await server.use("call", { path }))._meta).toMatchObject(_meta ?? {});
  });

  it("is missed when the configuration is read", () => {
    const api = defineApi({ ...common, access: { by: "key", in: { query: "key" } } });
    expect(serverWithout(api, url)).toThrow("TICKETS_KEY is missing");
  });
});

const serverWithout = (api: Api, vars: Record<string, unknown>) => () => serverWith(api, vars);

describe("with a JWT that says who the person is", () => {
  const api = defineApi({ ...common, access: { by: "identity" } });
  const vars = { ...url, TICKETS_RESOURCE: "https://tickets.example", IDENTITY_KEY };

  /** As the API would: with the keys that this server publishes. */
  async function verified(server: ReturnType<typeof serverWith>, token: string) {
    const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", TEST_ORIGIN), {
      [customFetch]: (address, init) => server.reach(address, init),
    });
    const { payload } = await jwtVerify(token, keys, {
      ...{ issuer: TEST_ORIGIN, audience: "https://tickets.example", typ: "at+jwt" },
      requiredClaims: ["sub", "client_id", "scope", "exp", "iat", "jti"],
    });
    return payload;
  }

  it("is verified with the published keys, and is of the person who calls", async () => {
    const server = serverWith(api, vars);
    const subjects: JWTPayload[] = [];
    for (const person of [alice, bob]) {
      const { path, seen } = await scriptedPath();
      await server.use("call", { path }, person);
      const [token = ""] = bearersIn(await seen());
      const payload = await verified(server, token);
      expect(payload).toMatchObject({
        client_id: person.clientId,
        sub_id: { format: "iss_sub", iss: inject("identityProvider").issuer },
      });
      expect(Number(payload.exp) - Number(payload.iat)).toBe(60);
      subjects.push(payload);
    }
    expect(subjects[0]?.sub).not.toBe(subjects[1]?.sub);
    expect(subjects[0]?.sub_id).not.toEqual(subjects[1]?.sub_id);
  });

  it("is good at the API alone", async () => {
    const server = serverWith(api, vars);
    const { path, seen } = await scriptedPath();
    await server.use("call", { path });
    const [token = ""] = bearersIn(await seen());
    const init = statelessCall(token, { name: "call", arguments: { path } });
    expect((await server.reach(MCP, init)).status).toBe(401);
  });

  it("stands in a header of its own beside a key, whatever the tool sets there", async () => {
    const withKey = defineApi({
      ...common,
      access: { by: "key", in: { header: "x-api-key" } },
      identityHeader: "x-acting-for",
    });
    const server = serverWith(withKey, { ...vars, TICKETS_KEY: "key" });
    const { path, seen } = await scriptedPath();
    await server.use("call", { path, header: "x-acting-for" });
    const [request] = await seen();
    expect(request?.headers["x-api-key"]).toBe("key");
    const payload = await verified(server, String(request?.headers["x-acting-for"]));
    expect(payload.client_id).toBe(alice.clientId);
  });

  it("is not made for this server itself", async () => {
    const server = serverWith(api, { ...vars, TICKETS_RESOURCE: MCP });
    const { path, seen } = await scriptedPath();
    const { _meta } = await server.use("call", { path });
    expect(_meta).toMatchObject({ "gatehouse/error-code": "upstream_misconfigured" });
    expect(await seen()).toEqual([]);
  });

  it("needs a key, which the configuration asks for by the API's name", () => {
    expect(serverWithout(api, url)).toThrow('IDENTITY_KEY is missing: the API "tickets"');
  });
});

describe("as the server itself", () => {
  const api = defineApi({ ...common, access: { by: "client-credentials" } });
  const vars = {
    ...url,
    TICKETS_RESOURCE: "https://tickets.example",
    TICKETS_TOKEN_ISSUER: machines.issuer,
    TICKETS_CLIENT_ID: machines.clientId,
    TICKETS_CLIENT_SECRET: machines.clientSecret,
    TICKETS_SCOPES: "tickets:read",
  };

  it("has one token of a real authorization server, whoever calls", async () => {
    const server = serverWith(api, vars);
    const { path, seen } = await scriptedPath();
    await Promise.all([
      server.use("call", { path }),
      server.use("call", { path }, bob),
      server.use("call", { path }),
    ]);
    const tokens = bearersIn(await seen());
    expect(new Set(tokens).size).toBe(1);
    expect(decodeJwt(tokens[0] ?? "")).toMatchObject({
      ...{ iss: machines.issuer, aud: "https://tickets.example" },
      ...{ client_id: machines.clientId, scope: "tickets:read" },
    });
  });

  it("asks for another once when it is refused, and then says who has to act", async () => {
    const { path, seen } = await scriptedPath(401);
    const { _meta } = await serverWith(api, vars).use("call", { path });
    expect(_meta).toMatchObject({ "gatehouse/error-code": "upstream_misconfigured" });
    const tokens = bearersIn(await seen());
    expect(tokens).toHaveLength(2);
    expect(new Set(tokens).size).toBe(2);
  });

  it.each([
    ["its secret is wrong", { TICKETS_CLIENT_SECRET: "wrong" }, "upstream_misconfigured"],
    [
      "the API is unknown there",
      { TICKETS_RESOURCE: "https://no.example" },
      "upstream_misconfigured",
    ],
    ["the server is down", { TICKETS_TOKEN_ISSUER: "http://127.0.0.1:9" }, "upstream_unavailable"],
  ])("calls nothing when %s", async (_what, change, code) => {
    const { path, seen } = await scriptedPath();
    const { _meta } = await serverWith(api, { ...vars, ...change }).use("call", { path });
    expect(_meta).toMatchObject({ "gatehouse/error-code": code });
    expect(await seen()).toEqual([]);
  });

  it("needs one credential", () => {
    expect(serverWithout(api, { ...vars, TICKETS_CLIENT_SECRET: "" })).toThrow(
      "TICKETS_CLIENT_SECRET or TICKETS_PRIVATE_KEY must be set",
    );
  });
});

describe("another Worker, by a service binding", () => {
  const api = defineApi({ ...common, access: { by: "identity" }, binding: "TICKETS" });
  const vars = { IDENTITY_KEY };

  it("is asked by fetch, with who the person is", async () => {
    const { structuredContent } = await serverWith(api, vars).use("call", { path: "a/b" });
    const { url: address, authorization } = z
      .object({ url: z.string(), authorization: z.string() })
      .parse(structuredContent);
    expect(address).toBe("https://tickets.internal/a%2Fb");
    expect(decodeJwt(authorization.replace("Bearer ", ""))).toMatchObject({
      aud: "https://tickets.internal",
      client_id: alice.clientId,
    });
  });

  it("is called by RPC, with the same", async () => {
    const { structuredContent } = await serverWith(api, vars).use("close", { id: "7" });
    const { id, identity } = z
      .object({ id: z.string(), identity: z.string() })
      .parse(structuredContent);
    expect(id).toBe("7");
    expect(decodeJwt(identity)).toMatchObject({ aud: "https://tickets.internal" });
  });

  it("is not there without the binding", async () => {
    const elsewhere = defineApi({ ...api, binding: "NO_SUCH_BINDING" });
    const { reach } = serverWith(elsewhere, vars);
    const init = statelessCall(alice.access_token, { name: "call", arguments: { path: "a" } });
    expect(JSON.stringify(await (await reach(MCP, init)).json())).toContain("Unknown tool");
  });

  it("hands no token to a tool but for APIs that are told who the person is", async () => {
    const key = defineApi({ ...common, access: { by: "key", in: { query: "key" } } });
    const logged = vi.spyOn(console, "error");
    const server = serverWith(key, { ...url, TICKETS_KEY: "a key" });
    const { content } = await server.use("close", { id: "7" });
    expect(content[0]?.text).not.toContain("a key");
    expect(logged).toHaveBeenCalledWith(expect.objectContaining({ event: "tool_failed" }));
  });
});
