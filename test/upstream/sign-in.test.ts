import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { parseConfig } from "../../src/engine/configuration";
import { readToken } from "../support/guarded-api.ts";
import { authorize, exchangeCode, tokensSchema } from "../worker/as-client.ts";
import { externalGatehouse } from "../worker/external-gatehouse.ts";
import { grantOf, refresh, restart } from "../worker/grants.ts";
import { Session, toolErrorText } from "../worker/mcp-client.ts";
import { TEST_ORIGIN } from "../worker/origin.ts";
import { server } from "./definition.ts";
import {
  connectAs,
  providerIs,
  providerRefreshes,
  servers,
  subjectOf,
  tokensAt,
} from "./people.ts";

afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await providerIs({});
});

const HOUR_MS = 60 * 60_000;
const gatehouse = () => externalGatehouse({}, server);

/** Lets our tokens and the provider's come near their end. */
function later(): void {
  vi.useFakeTimers({ now: Date.now() + HOUR_MS - 4 * 60_000, toFake: ["Date"] });
}

describe("an API that takes the token of the sign-in", () => {
  it("answers as the person, in a session and without one", async () => {
    const { access_token } = await connectAs("alice");
    const expected = { subject: subjectOf("alice"), scopes: ["tickets.read"] };
    const session = await Session.open(access_token);
    expect(await session.use("tickets_me")).toEqual(expected);
    const { result } = await gatehouse().use(access_token, "tickets_me");
    expect(result?.structuredContent).toEqual(expected);
  });

  it("is asked with a fresh token once the client has refreshed, also in a session that runs", async () => {
    const tokens = await connectAs("alice");
    const session = await Session.open(tokens.access_token);
    await session.use("tickets_me");
    const [before] = (await tokensAt("tickets")).slice(-1);
    later();
    await restart(grantOf(tokens));
    const refreshes = await providerRefreshes();
    const response = await refresh(tokens);
    session.token = tokensSchema.parse(await response.json()).access_token;
    expect(await providerRefreshes()).toBe(refreshes + 1);
    expect(await session.use("tickets_me")).toMatchObject({ subject: subjectOf("alice") });
    expect((await tokensAt("tickets")).at(-1)).not.toBe(before);
  });

  it("is given no more than the person has ticked here", async () => {
    const reader = await connectAs("alice", "tickets:read");
    const both = await connectAs("alice", "tickets:read tickets:write");
    expect(await (await Session.open(both.access_token)).use("tickets_open")).toEqual({
      subject: subjectOf("alice"),
      scopes: ["tickets.read", "tickets.write"],
    });
    const session = await Session.open(reader.access_token);
    expect(await session.use("tickets_me")).toMatchObject({ scopes: ["tickets.read"] });
    // A provider that gives more than it was asked for changes nothing here: the tool needs the scope.
    expect((await session.call("tickets_open")).response.status).toBe(403);
  });

  it("is asked for nothing that the person has unticked", async () => {
    const authorization = await authorize({
      change: { scope: "tickets:read tickets:write" },
      scopes: ["tickets:read"],
    });
    const tokens = tokensSchema.parse(await (await exchangeCode(authorization)).json());
    expect(tokens.scope).toBe("tickets:read");
    const session = await Session.open(tokens.access_token);
    expect(await session.use("tickets_me")).toMatchObject({ scopes: ["tickets.read"] });
  });
});

it("claims that the configuration names reach tools, also after a refresh", async () => {
  const tokens = await connectAs("alice", "tickets:read");
  const expected = { claims: { email_verified: true } };
  expect(await (await Session.open(tokens.access_token)).use("tickets_claims")).toEqual(expected);
  const { access_token } = tokensSchema.parse(await (await refresh(tokens)).json());
  const { result } = await gatehouse().use(access_token, "tickets_claims");
  expect(result?.structuredContent).toEqual(expected);
});

describe("a consent that was taken back at the provider", () => {
  it("ends the grant at its next refresh", async () => {
    const tokens = await connectAs("bob");
    await providerIs({ revoked: [subjectOf("bob")] });
    later();
    const response = await refresh(tokens);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: "invalid_grant" });
    expect(await grantOf(tokens).isEnded()).toBe(true);
  });

  it("ends it at once where the API refuses a token that it took before, and no other grant", async () => {
    const tokens = await connectAs("bob");
    const other = await connectAs("alice");
    const session = await Session.open(tokens.access_token);
    await session.use("tickets_me");
    await providerIs({ revoked: [subjectOf("bob")] });
    expect(toolErrorText(await session.call("tickets_me"))).toContain("it has ended here as well");
    expect((await session.call("tickets_me")).response.status).toBe(401);
    expect(await (await Session.open(other.access_token)).use("tickets_me")).toBeDefined();
  });
});

describe("an API that wants another audience", () => {
  it("ends nothing, at no call, and the operator reads what it said", async () => {
    const log = vi.spyOn(console, "error");
    // It takes tokens for itself; the sign-in's are for the tickets.
    const other = externalGatehouse({ TICKETS_API_URL: servers().projects }, server);
    const tokens = await connectAs("alice");
    for (let call = 0; call < 2; call++) {
      const { result } = await other.use(tokens.access_token, "tickets_me");
      expect(result).toMatchObject({
        isError: true,
        content: [{ text: expect.stringContaining("not set up for Tickets as it should be") }],
      });
    }
    const told = log.mock.calls.filter(([line]) => line?.event === "upstream_token_not_taken");
    const facts = { challenge: "Bearer", error: "invalid_token", realm: "guarded" };
    expect(told).toEqual([[{ event: "upstream_token_not_taken", api: "tickets", ...facts }]]);
    expect(await grantOf(tokens).isEnded()).toBe(false);
    expect((await refresh(tokens)).status).toBe(200);
  });
});

describe("an API by exchange, beside one sign-in", () => {
  it.each(["projects", "reports", "delegated"])("%s answers as the person", async (name) => {
    const { access_token } = await connectAs("bob");
    const session = await Session.open(access_token);
    const answer = await session.use(`${name}_me`);
    expect(answer).toMatchObject({
      subject: subjectOf("bob"),
      scopes: expect.arrayContaining(["projects.read"]),
    });
    const { result } = await gatehouse().use(access_token, `${name}_me`);
    expect(result?.structuredContent).toEqual(answer);
  });

  it("also after a refresh", async () => {
    const tokens = await connectAs("bob");
    later();
    const { access_token } = tokensSchema.parse(await (await refresh(tokens)).json());
    // The clocks of the provider and of its tokens are not moved.
    vi.useRealTimers();
    const session = await Session.open(access_token);
    for (const name of ["projects", "reports", "delegated"]) {
      expect(await session.use(`${name}_me`)).toMatchObject({ subject: subjectOf("bob") });
    }
  });
});

it("two people, two APIs, two clients: each API sees tokens for itself, of whoever calls, and none of ours", async () => {
  const before = { tickets: await tokensAt("tickets"), projects: await tokensAt("projects") };
  const seen = new Map<string, unknown>();
  const ours: string[] = [];
  for (const person of ["alice", "bob"] as const) {
    for (const client of [1, 2]) {
      const { access_token } = await connectAs(person);
      ours.push(access_token);
      const session = await Session.open(access_token);
      for (const api of ["tickets", "projects"] as const) {
        expect(await session.use(`${api}_me`)).toMatchObject({ subject: subjectOf(person) });
        const token = (await tokensAt(api)).at(-1) ?? "";
        expect(readToken(token)).toEqual({
          subject: subjectOf(person),
          audience: servers()[api],
        });
        expect(seen.has(token), `${person} ${client} ${api}`).toBe(false);
        seen.set(token, person);
      }
    }
  }
  for (const api of ["tickets", "projects"] as const) {
    const sent = (await tokensAt(api)).slice(before[api].length);
    expect(sent).toHaveLength(4);
    expect(sent.filter((token) => ours.includes(token))).toEqual([]);
  }
});

describe("what a sign-in asks for", () => {
  const none = Object.fromEntries(
    ["TICKETS", "PROJECTS", "REPORTS", "DELEGATED"].map((name) => [`${name}_API_URL`, ""]),
  );

  async function asked(vars: Record<string, string>, scopes?: readonly string[]) {
    const { authorization } = parseConfig({ ...env, ...vars }, server);
    if (authorization.mode !== "provider") throw new TypeError("Another mode");
    const { searchParams } = await authorization.identityProvider.authorizationUrl({
      redirectUri: `${TEST_ORIGIN}/callback`,
      ...{ state: "s", codeVerifier: "v".repeat(43), nonce: "n" },
      ...(scopes && { scopes }),
    });
    const names = ["scope", "resource", "audience", "prompt", "access_type"];
    return Object.fromEntries([...searchParams].filter(([name]) => names.includes(name)));
  }

  const google = { OIDC_AUTHORIZATION_PARAMETERS: "prompt=consent&access_type=offline" };
  const identity = { scope: "openid profile email" };

  it("is what the APIs want, and no more than was ticked here", async () => {
    const resource = servers().tickets;
    expect(await asked({}, ["tickets:read"])).toEqual({
      scope: "openid profile email tickets.read",
      resource,
    });
    expect(await asked(google, ["tickets:read", "tickets:write"])).toEqual({
      scope: "openid profile email tickets.read tickets.write",
      ...{ resource, prompt: "consent", access_type: "offline" },
    });
    const auth0 = { TICKETS_API_RESOURCE: "", TICKETS_API_AUDIENCE: "tickets" };
    expect(await asked(auth0, [])).toMatchObject({ audience: "tickets" });
  });

  it("is who the person is where no API wants tokens, and where a browser signs in alone", async () => {
    const offline = { OIDC_SCOPES: "openid profile email offline_access" };
    expect(await asked({ ...google, ...offline })).toEqual(identity);
    expect(await asked({ ...none, ...google, ...offline }, ["tickets:read"])).toEqual(identity);
  });

  it("brings nothing that is kept where no API wants it", async () => {
    const { authorization } = parseConfig({ ...env, ...none }, server);
    expect(authorization).toMatchObject({ mode: "provider" });
    expect(authorization).not.toHaveProperty("identityProvider.refresh");
  });

  it.each([
    [{ OIDC_AUTHORIZATION_PARAMETERS: "redirect_uri=https://evil.example" }, "OIDC_AUTHORIZATION"],
    [{ DELEGATED_API_SCOPES: "" }, "DELEGATED_API_SCOPES is missing"],
    [{ OIDC_CLIENT_SECRET: "" }, "PROJECTS_API_URL needs tokens to be exchanged"],
  ])("%j is refused", (vars, problem) => {
    expect(() => parseConfig({ ...env, ...vars }, server)).toThrow(problem);
  });
});

describe("an answer of the token endpoint to a refresh", () => {
  it.each([
    ["a page", { status: 200, body: "<html>" }],
    ["nothing", { status: 200, body: "{}" }],
    ["an outage", { status: 503, body: "" }],
    ["a limit", { status: 429, body: "" }],
    ["a refusal of this server", { status: 401, body: '{"error":"invalid_client"}' }],
  ])("that is %s is waited out, and ends nothing", async (_name, answer) => {
    const tokens = await connectAs("alice");
    later();
    // Each way to authenticate meets the same.
    await providerIs({ answers: [answer, answer] });
    expect((await refresh(tokens)).status).toBe(503);
    await providerIs({});
    expect((await refresh(tokens)).status).toBe(200);
  });

  it.each(["invalid_grant", "interaction_required"])("that is %s ends the grant", async (error) => {
    const tokens = await connectAs("alice");
    later();
    await providerIs({ answers: [{ status: 400, body: JSON.stringify({ error }) }] });
    expect((await refresh(tokens)).status).toBe(400);
    expect(await grantOf(tokens).isEnded()).toBe(true);
  });

  it("that has somebody else's ID token ends the grant, and no API sees its token", async () => {
    const tokens = await connectAs("alice");
    later();
    const part = (value: object) => btoa(JSON.stringify(value)).replace(/=+$/, "");
    const { issuer, clientId } = servers().provider;
    const claims = { iss: issuer, aud: clientId, sub: subjectOf("bob"), iat: 1, exp: 3_601 };
    const answer = {
      access_token: "of-bob",
      token_type: "Bearer",
      id_token: `${part({ alg: "RS256" })}.${part(claims)}.x`,
    };
    await providerIs({ answers: [{ status: 200, body: JSON.stringify(answer) }] });
    expect((await refresh(tokens)).status).toBe(400);
    expect(await grantOf(tokens).isEnded()).toBe(true);
    expect(await tokensAt("tickets")).not.toContain("of-bob");
  });
});
