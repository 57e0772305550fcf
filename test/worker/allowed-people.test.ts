import { env } from "cloudflare:workers";
import { afterEach, describe, expect, inject, it, vi } from "vitest";
import { people } from "../../dev/local-servers/people.ts";
import { userIdOf } from "../../src/engine/identity/user-id";
import { authorize, connect, exchangeCode, MCP, REDIRECT_URI, tokensSchema } from "./as-client.ts";
import { gatehouseWith } from "./gatehouse-with.ts";
import { initialize } from "./mcp-client.ts";
import { TEST_ORIGIN } from "./origin.ts";
import { pageAt, signInAsTold, type Told } from "./scripted-sign-in.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const verified = (email: string) => ({ name: "Told", email, email_verified: true });

/** Whether a person of whom a provider says this gets in, as far as the client is told. */
async function getsIn(vars: Record<string, string>, told: Told): Promise<boolean> {
  const { arrival } = await signInAsTold(vars, told);
  if (arrival.kind === "left") return arrival.address.searchParams.has("code");
  expect(arrival.status).toBe(403);
  expect(arrival.page.heading).toBe("This account may not use Gatehouse");
  return false;
}

/** Of the two whom the local provider knows. */
async function expectOnlyAlice(vars: Record<string, string>): Promise<void> {
  const fetch = gatehouseWith(vars);
  const { callback } = await authorize({ person: "alice", fetch });
  expect(callback.searchParams.get("code")).not.toBeNull();
  await expect(authorize({ person: "bob", fetch })).rejects.toThrow("answered 403");
}

describe("at sign-in", () => {
  const byDomain = { ALLOWED_PEOPLE: "@example.com" };
  const byGroup = { ALLOWED_PEOPLE: "group:engineering" };

  it.each<[string, Record<string, string>, Told, boolean]>([
    ["anybody without a list", {}, {}, true],
    ["an address of the domain", byDomain, { idToken: verified("alice@example.com") }, true],
    ["an address of another one", byDomain, { idToken: verified("alice@evil.example") }, false],
    [
      "an address that is not verified",
      byDomain,
      { idToken: { ...verified("alice@example.com"), email_verified: false } },
      false,
    ],
    [
      "an address of which it is not said",
      byDomain,
      { idToken: { name: "Told", email: "alice@example.com" } },
      false,
    ],
    ["a verified address in userinfo", byDomain, { userInfo: verified("a@example.com") }, true],
    [
      "an address of userinfo that only the ID token calls verified",
      byDomain,
      { idToken: { email_verified: true }, userInfo: { email: "alice@example.com" } },
      false,
    ],
    [
      "an address of userinfo beside a verified one of the ID token",
      byDomain,
      {
        idToken: { email: "alice@evil.example", email_verified: true },
        userInfo: { email: "alice@example.com", name: "Told" },
      },
      false,
    ],
    [
      "the address on the list",
      { ALLOWED_PEOPLE: "alice@evil.example" },
      { idToken: verified("Alice@Evil.example") },
      true,
    ],
    ["a group in the ID token", byGroup, { idToken: { groups: ["sales", "engineering"] } }, true],
    ["a group that is no list", byGroup, { idToken: { groups: "engineering" } }, true],
    ["another group", byGroup, { idToken: { groups: ["sales"] } }, false],
    ["no groups", byGroup, { idToken: verified("alice@example.com") }, false],
    ["groups of another shape", byGroup, { idToken: { groups: { engineering: true } } }, false],
    [
      "a group in userinfo, though the ID token has the rest",
      byGroup,
      { idToken: verified("alice@example.com"), userInfo: { groups: ["engineering"] } },
      true,
    ],
    [
      "a group in the claim that the operator names",
      { ...byGroup, OIDC_GROUPS_CLAIM: "https://example.com/roles" },
      { idToken: { "https://example.com/roles": ["engineering"] } },
      true,
    ],
    [
      "a group in another claim than that",
      { ...byGroup, OIDC_GROUPS_CLAIM: "roles" },
      { idToken: { groups: ["engineering"] } },
      false,
    ],
  ])("takes %s for what it is", async (_who, vars, told, expected) => {
    expect(await getsIn(vars, told)).toBe(expected);
  });

  it("knows alice and bob of a real provider apart", async () => {
    await expectOnlyAlice({ ALLOWED_PEOPLE: "Alice@example.com" });
  });
});

describe("a person who is refused", () => {
  const told = {
    idToken: { name: "<b>Told</b>", email: "told@evil.example", email_verified: true },
  };
  const refusal = () => signInAsTold({ ALLOWED_PEOPLE: "@example.com" }, told);

  it("reads which account that was, and never who is let in", async () => {
    const { text } = pageAt((await refusal()).arrival).page;
    expect(text).toContain("Signed in as <b>Told</b> told@evil.example with the scripted provider");
    expect(text).not.toContain("example.com");
  });

  it("reads the id by which the operator can let them in", async () => {
    const { arrival, userId } = await refusal();
    expect(pageAt(arrival).page.text).toContain(`Account id ${userId} `);
    const alice = people.find(({ id }) => id === "alice");
    const { issuer } = inject("identityProvider");
    const ALLOWED_PEOPLE = await userIdOf({ issuer, subject: alice?.sub ?? "" });
    await expectOnlyAlice({ ALLOWED_PEOPLE });
  });

  it("takes access_denied to the client, by a link", async () => {
    const onward = pageAt((await refusal()).arrival).page.links.get("continue");
    expect(`${onward?.origin}${onward?.pathname}`).toBe(REDIRECT_URI);
    expect(Object.fromEntries(onward?.searchParams ?? [])).toEqual({
      error: "access_denied",
      error_description: "This account may not use this server",
      state: "the-clients-state",
      iss: TEST_ORIGIN,
    });
  });

  it("leaves no grant, and no second try with the same answer", async () => {
    const grants = async () => (await env.OAUTH_KV.list({ prefix: "grant:" })).keys.length;
    const before = await grants();
    const { reload } = await refusal();
    expect(await grants()).toBe(before);
    expect(pageAt(await reload()).page.heading).toBe("This page has expired");
  });

  it("is not named in the log", async () => {
    const logged = vi.spyOn(console, "warn");
    await refusal();
    expect(logged.mock.calls).toContainEqual([{ event: "person_not_allowed" }]);
    expect(JSON.stringify(logged.mock.calls)).not.toMatch(/told/i);
  });
});

describe("after the list was narrowed", () => {
  const narrowed = (ALLOWED_PEOPLE: string) => gatehouseWith({ ALLOWED_PEOPLE });

  function refresh(gatehouse: typeof fetch, tokens: { refresh_token: string; clientId: string }) {
    return gatehouse(`${TEST_ORIGIN}/oauth/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "refresh_token",
        refresh_token: tokens.refresh_token,
        client_id: tokens.clientId,
      }),
    });
  }

  it("a refresh is invalid_grant, and ends the grant for good", async () => {
    const tokens = await connect({ person: "alice" });
    const response = await refresh(narrowed("bob@example.com"), tokens);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: "invalid_grant",
      error_description: "This person may not use this server (ALLOWED_PEOPLE)",
    });
    // Also for a server that would let her in.
    expect((await refresh(narrowed(""), tokens)).status).toBe(400);
  });

  it("a refresh of a person who is still on it goes on", async () => {
    const tokens = await connect({ person: "alice" });
    expect((await refresh(narrowed("@example.com"), tokens)).status).toBe(200);
  });

  it("a group counts as it was at sign-in, if the list named it then", async () => {
    const told = { idToken: { groups: ["engineering", "sales"] } };
    const vars = { ALLOWED_PEOPLE: "group:engineering" };
    const signInAndRefresh = async (list: string) => {
      const { authorization } = await signInAsTold(vars, told);
      const tokens = tokensSchema.parse(await (await exchangeCode(authorization)).json());
      return (await refresh(narrowed(list), { ...tokens, ...authorization })).status;
    };
    expect(await signInAndRefresh("group:engineering, group:support")).toBe(200);
    expect(await signInAndRefresh("group:support")).toBe(400);
    // She is in it, but nobody asked.
    expect(await signInAndRefresh("group:sales")).toBe(400);
  });

  it("a code is not exchanged", async () => {
    const { clientId, code, verifier } = await authorize({ person: "alice" });
    const response = await narrowed("bob@example.com")(`${TEST_ORIGIN}/oauth/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "authorization_code",
        client_id: clientId,
        code,
        code_verifier: verifier,
        redirect_uri: REDIRECT_URI,
      }),
    });
    expect(await response.json()).toMatchObject({ error: "invalid_grant" });
  });

  it("an access token is refused at once, so that its client refreshes", async () => {
    const { access_token } = await connect({ person: "alice" });
    const call = async (list: string) => {
      const response = await narrowed(list)(MCP, {
        method: "POST",
        headers: {
          authorization: `Bearer ${access_token}`,
          accept: "application/json, text/event-stream",
          "content-type": "application/json",
        },
        body: JSON.stringify(initialize()),
      });
      await response.body?.cancel();
      return response;
    };
    expect((await call("alice@example.com")).status).toBe(200);
    const refused = await call("bob@example.com");
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toContain('error="invalid_token"');
  });
});
