import { describe, expect, it } from "vitest";
import * as z from "zod";
import { userIdOf } from "../../src/engine/identity/user-id";
import { defineServer } from "../../src/engine/server";
import { defineTool } from "../../src/engine/tools/define-tool";
import { defineToolset } from "../../src/engine/tools/define-toolset";
import { reads } from "../fixture/annotations.ts";
import { externalGatehouse } from "./external-gatehouse.ts";
import { startAuthority } from "./scripted.ts";

const verified = (email: string) => ({ email, email_verified: true });

/** Shows the claims that the configuration names. */
const claimsServer = defineServer({
  name: "Claims",
  toolsets: [
    defineToolset({
      name: "claims",
      scopes: [],
      tools: [
        defineTool({
          name: "claims",
          title: "Claims",
          description: "Shows the claims that tools get.",
          scopes: [],
          input: z.object({}),
          output: z.object({ claims: z.record(z.string(), z.unknown()).optional() }),
          annotations: reads,
          run: (_args, { principal: { identity } }) =>
            identity.claims === undefined ? {} : { claims: identity.claims },
        }),
      ],
    }),
  ],
});

describe.each(["jwt", "introspection"])("in AUTH_MODE=%s, a good token", (AUTH_MODE) => {
  /** The answer to a call with a token that says this, under these variables. */
  async function call(vars: Record<string, string>, claims: Record<string, unknown>) {
    const authority = await startAuthority();
    await authority.introspects({ active: true, ...authority.claims(claims) });
    const gatehouse = externalGatehouse({
      AUTH_MODE,
      AS_ISSUER: authority.issuer,
      ...(AUTH_MODE === "introspection" && { AS_CLIENT_ID: "us", AS_CLIENT_SECRET: "secret" }),
      ...vars,
    });
    return gatehouse.call(await authority.token(claims), "whoami");
  }

  it.each<[string, Record<string, string>, Record<string, unknown>, number]>([
    ["nobody is named", {}, {}, 200],
    ["its domain is named", { ALLOWED_PEOPLE: "@example.com" }, verified("a@example.com"), 200],
    ["another is named", { ALLOWED_PEOPLE: "@example.com" }, verified("a@evil-example.com"), 403],
    [
      "the address is not verified",
      { ALLOWED_PEOPLE: "@example.com" },
      { email: "a@example.com" },
      403,
    ],
    ["it says nothing", { ALLOWED_PEOPLE: "@example.com" }, {}, 403],
    ["its group is named", { ALLOWED_PEOPLE: "group:eng" }, { groups: ["x", "eng"] }, 200],
    ["another group is named", { ALLOWED_PEOPLE: "group:eng" }, { groups: ["english"] }, 403],
    [
      "its group is in the operator's claim",
      { ALLOWED_PEOPLE: "group:eng", TOKEN_GROUPS_CLAIM: "https://example.com/groups" },
      { "https://example.com/groups": ["eng"] },
      200,
    ],
  ])("where %s", async (_what, vars, claims, status) => {
    const response = await call(vars, claims);
    expect(response.status).toBe(status);
    await response.body?.cancel();
  });

  it("brings the claims that the operator names to the tools", async () => {
    const said = { org_id: "acme", realm_access: { roles: ["editor"] }, other: "no" };
    const authority = await startAuthority();
    await authority.introspects({ active: true, ...authority.claims(said) });
    const vars = {
      AUTH_MODE,
      AS_ISSUER: authority.issuer,
      ...(AUTH_MODE === "introspection" && { AS_CLIENT_ID: "us", AS_CLIENT_SECRET: "secret" }),
    };
    const named = { ...vars, TOKEN_CLAIMS: "org_id, realm_access.roles, missing" };
    const token = await authority.token(said);
    const { result } = await externalGatehouse(named, claimsServer).use(token, "claims");
    expect(result?.structuredContent).toEqual({
      claims: { org_id: "acme", "realm_access.roles": ["editor"] },
    });
    const without = await externalGatehouse(vars, claimsServer).use(token, "claims");
    expect(without.result?.structuredContent).toEqual({});
  });

  it("of somebody else gets a plain error, and no reason to sign in again", async () => {
    const response = await call({ ALLOWED_PEOPLE: "@example.com" }, verified("a@evil.example"));
    expect(response.status).toBe(403);
    expect(response.headers.get("www-authenticate")).toBeNull();
    expect(await response.json()).toEqual({
      error: "access_denied",
      error_description: "This person may not use this server (ALLOWED_PEOPLE)",
    });
  });
});

it("knows a person of an external issuer by the id of whoami", async () => {
  const authority = await startAuthority();
  const { issuer } = authority;
  const gatehouse = externalGatehouse({
    AUTH_MODE: "jwt",
    AS_ISSUER: issuer,
    ALLOWED_PEOPLE: await userIdOf({ issuer, subject: "person-1" }),
  });
  expect((await gatehouse.use(await authority.token(), "whoami")).status).toBe(200);
  expect((await gatehouse.use(await authority.token({ sub: "person-2" }), "whoami")).status).toBe(
    403,
  );
});
