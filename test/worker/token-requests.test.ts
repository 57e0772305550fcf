import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import {
  authorize,
  connect,
  exchangeCode,
  REDIRECT_URI,
  request,
  tokensSchema,
} from "./as-client.ts";
import { gatehouseOf } from "./gatehouse.ts";
import { refresh } from "./grants.ts";
import { initialize, post } from "./mcp-client.ts";
import { TEST_ORIGIN } from "./origin.ts";
import { configOf } from "./server.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const clientSchema = z.object({ client_id: z.string(), client_secret: z.string() });
type ConfidentialClient = z.infer<typeof clientSchema>;

/** As the Python SDK (mcp 2.3) and FastMCP (4.0) register: without a method, so with a secret for Basic. */
async function registerAsPythonDoes(): Promise<ConfidentialClient> {
  const response = await request("/oauth/register", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      client_name: "FastMCP Client",
      redirect_uris: [REDIRECT_URI],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      scope: "op:add notes:read",
      software_version: crypto.randomUUID(),
    }),
  });
  return clientSchema.parse(await response.json());
}

function basic(id: string, secret: string): string {
  return `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}`;
}

function asBasic(
  { client_id, client_secret }: ConfidentialClient,
  parameters: Record<string, string> | [string, string][],
): Promise<Response> {
  return request("/oauth/token", {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      authorization: basic(client_id, client_secret),
    },
    body: new URLSearchParams(parameters).toString(),
  });
}

async function errorOf(response: Response): Promise<unknown> {
  const { error } = z.object({ error: z.string() }).parse(await response.json());
  return [response.status, error];
}

describe("a client that sends its id in the body beside HTTP Basic, as MCP's Python SDK does", () => {
  it("gets tokens for its code, refreshes and revokes them", async () => {
    const client = await registerAsPythonDoes();
    const { code, verifier } = await authorize({ clientId: client.client_id });
    const exchanged = await asBasic(client, {
      grant_type: "authorization_code",
      code,
      redirect_uri: REDIRECT_URI,
      client_id: client.client_id,
      code_verifier: verifier,
      resource: `${TEST_ORIGIN}/mcp`,
    });
    expect(exchanged.status).toBe(200);
    const tokens = tokensSchema.parse(await exchanged.json());
    const refreshed = await asBasic(client, {
      grant_type: "refresh_token",
      refresh_token: tokens.refresh_token,
      client_id: client.client_id,
      resource: `${TEST_ORIGIN}/mcp`,
    });
    expect(refreshed.status).toBe(200);
    const { access_token, refresh_token } = tokensSchema.parse(await refreshed.json());
    expect((await post(access_token, initialize())).response.status).toBe(200);
    const revoked = await asBasic(client, {
      token: refresh_token,
      token_type_hint: "refresh_token",
      client_id: client.client_id,
    });
    expect(revoked.status).toBe(200);
    expect((await post(access_token, initialize())).response.status).toBe(401);
  });

  it.each<[string, (client: ConfidentialClient) => [string, string][]]>([
    ["another id", () => [["client_id", "someone-else"]]],
    [
      "its id twice",
      ({ client_id }) => [
        ["client_id", client_id],
        ["client_id", client_id],
      ],
    ],
    [
      "its secret as well",
      ({ client_id, client_secret }) => [
        ["client_id", client_id],
        ["client_secret", client_secret],
      ],
    ],
    [
      "an assertion as well",
      ({ client_id }) => [
        ["client_id", client_id],
        ["client_assertion", "a.b.c"],
        ["client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"],
      ],
    ],
  ])("is refused with %s, at both endpoints", async (_what, more) => {
    const client = await registerAsPythonDoes();
    const { code, verifier } = await authorize({ clientId: client.client_id });
    const exchange: [string, string][] = [
      ["grant_type", "authorization_code"],
      ["code", code],
      ["redirect_uri", REDIRECT_URI],
      ["code_verifier", verifier],
    ];
    const refused = await asBasic(client, [...exchange, ...more(client)]);
    expect(await errorOf(refused)).toEqual([400, "invalid_request"]);
    const revocation = await asBasic(client, [["token", code], ...more(client)]);
    expect(await errorOf(revocation)).toEqual([400, "invalid_request"]);
    expect((await asBasic(client, exchange)).status).toBe(200);
  });

  it("is refused with a wrong secret", async () => {
    const client = await registerAsPythonDoes();
    const wrong = { ...client, client_secret: "wrong" };
    const refused = await asBasic(wrong, {
      grant_type: "refresh_token",
      refresh_token: "none",
      client_id: client.client_id,
    });
    expect(refused.headers.get("www-authenticate")).toContain("Basic");
    expect(await errorOf(refused)).toEqual([401, "invalid_client"]);
  });
});

describe("parameters that say nothing (RFC 6749, section 3.1)", () => {
  it("are as if they were not there: at the exchange, the refresh and the revocation", async () => {
    const empty = { scope: "", resource: "", client_secret: "", token_type_hint: "", other: "" };
    const authorization = await authorize();
    const exchanged = await exchangeCode(authorization, empty);
    expect(exchanged.status).toBe(200);
    const tokens = { ...tokensSchema.parse(await exchanged.json()), ...authorization };
    expect((await refresh(tokens, empty)).status).toBe(200);
    const revoked = await request("/oauth/token", {
      method: "POST",
      body: new URLSearchParams({
        token: tokens.access_token,
        client_id: tokens.clientId,
        grant_type: "",
        ...empty,
      }),
    });
    expect(revoked.status).toBe(200);
  });

  it("without a value for what is needed are missing", async () => {
    const response = await request("/oauth/token", {
      method: "POST",
      body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: "", client_id: "" }),
    });
    expect(await errorOf(response)).toEqual([401, "invalid_client"]);
  });
});

describe("scopes that this server does not have", () => {
  const unknown = "openid profile email offline_access";

  it("are ignored at the exchange and the refresh, as /authorize ignores them", async () => {
    const authorization = await authorize({ change: { scope: unknown } });
    const exchanged = await exchangeCode(authorization, { scope: unknown });
    expect(exchanged.status).toBe(200);
    const tokens = { ...tokensSchema.parse(await exchanged.json()), ...authorization };
    const refreshed = await refresh(tokens, { scope: unknown });
    expect(tokensSchema.parse(await refreshed.json()).scope).toBe(tokens.scope);
  });

  it("leave those that it has as they are asked for", async () => {
    const authorization = await authorize();
    const exchanged = await exchangeCode(authorization, { scope: "openid op:add" });
    expect(tokensSchema.parse(await exchanged.json()).scope).toBe("op:add");
  });
});

describe("a client whose id is the address of a metadata document", () => {
  const clientId = "https://internal-or-victim.example/any/path?with=query";

  /** The answer, and what was fetched of the internet. */
  async function asked(
    parameters: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<{ response: Response; fetched: unknown[] }> {
    const fetched = vi.spyOn(globalThis, "fetch").mockRejectedValue(new Error("No internet"));
    const gatehouse = gatehouseOf(configOf(env));
    const response = await gatehouse(
      new Request(`${TEST_ORIGIN}/oauth/token`, {
        method: "POST",
        headers,
        body: new URLSearchParams(parameters),
      }),
      env,
      createExecutionContext(),
    );
    return { response, fetched: fetched.mock.calls };
  }

  it.each<[string, Record<string, string>, [number, string]]>([
    ["a made-up code", { grant_type: "authorization_code", code: "x" }, [400, "invalid_grant"]],
    [
      "a made-up refresh token",
      { grant_type: "refresh_token", refresh_token: `${"u".repeat(32)}:${"g".repeat(16)}:x` },
      [400, "invalid_grant"],
    ],
    ["another grant type", { grant_type: "password" }, [400, "unsupported_grant_type"]],
    ["no parameters", {}, [400, "unsupported_grant_type"]],
  ])("is not fetched for %s", async (_what, parameters, expected) => {
    const { response, fetched } = await asked({ client_id: clientId, ...parameters });
    expect(await errorOf(response)).toEqual(expected);
    expect(fetched).toEqual([]);
  });

  it("is not fetched for a revocation, which succeeds (RFC 7009, section 2.2)", async () => {
    const { response, fetched } = await asked({ client_id: clientId, token: "x" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(fetched).toEqual([]);
  });

  it("is not fetched for the grant of another client", async () => {
    const { refresh_token } = await connect();
    const parameters = { grant_type: "refresh_token", refresh_token };
    const named = await asked({ client_id: clientId, ...parameters });
    expect(await errorOf(named.response)).toEqual([400, "invalid_grant"]);
    const byBasic = await asked(parameters, { authorization: basic(clientId, "secret") });
    expect(await errorOf(byBasic.response)).toEqual([400, "invalid_grant"]);
    const payload = btoa(JSON.stringify({ iss: clientId }));
    const byAssertion = await asked({
      client_assertion: `e30.${payload.replaceAll("=", "")}.c2ln`,
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      ...parameters,
    });
    expect(await errorOf(byAssertion.response)).toEqual([400, "invalid_grant"]);
    expect([named.fetched, byBasic.fetched, byAssertion.fetched]).toEqual([[], [], []]);
  });
});

describe("ids beyond what KV takes as a key (512 bytes)", () => {
  const long = "a".repeat(600);

  it.each<[string, Record<string, string>, [number, string]]>([
    ["a client", { grant_type: "refresh_token", client_id: long }, [401, "invalid_client"]],
    ["a revoking client", { token: "x", client_id: long }, [401, "invalid_client"]],
    [
      "a client in three-byte letters",
      { grant_type: "refresh_token", client_id: "\u20ac".repeat(200) },
      [401, "invalid_client"],
    ],
  ])("are refused as a client's: %s", async (_what, parameters, expected) => {
    const response = await request("/oauth/token", {
      method: "POST",
      body: new URLSearchParams(parameters),
    });
    expect(await errorOf(response)).toEqual(expected);
  });

  it.each([
    ["refresh_token", "refresh_token"],
    ["authorization_code", "code"],
  ])("are refused as a grant's: %s", async (grant_type, name) => {
    const { clientId } = await connect();
    const response = await request("/oauth/token", {
      method: "POST",
      body: new URLSearchParams({ grant_type, [name]: `${long}:b:c`, client_id: clientId }),
    });
    expect(await errorOf(response)).toEqual([400, "invalid_grant"]);
  });

  it("are no token of ours, at the revocation and as a bearer", async () => {
    const { clientId } = await connect();
    const revoked = await request("/oauth/token", {
      method: "POST",
      body: new URLSearchParams({ token: `${long}:b:c`, client_id: clientId }),
    });
    expect(revoked.status).toBe(200);
    for (const token of [`${long}:b:c`, `a:${long}:c`, `a:b:${long}`]) {
      expect((await post(token, initialize())).response.status).toBe(401);
    }
  });
});
