import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/engine/config";
import type { Config } from "../../src/engine/configuration";
import { isAllowedPerson } from "../../src/engine/identity/allowed-people";
import type { Identity } from "../../src/engine/identity/principal";
import { configOf } from "../worker/server.ts";

const ADMIN_ID = "A".repeat(32);

function authorizationWith(ALLOWED_PEOPLE: string, more: object = {}): Config["authorization"] {
  return configOf({
    SESSION_SECRET: "x".repeat(32),
    OIDC_ISSUER: "https://idp.example",
    OIDC_CLIENT_ID: "gatehouse",
    ALLOWED_PEOPLE,
    ...more,
  }).authorization;
}

/** Whether a list lets in a person of whom this is known. */
function allows(list: string, known: Partial<Identity>, userId = "B".repeat(32)): boolean {
  const identity = { issuer: "https://idp.example", subject: "1", ...known };
  return isAllowedPerson(authorizationWith(list).allowedPeople, { userId, identity });
}

function problemsWith(list: string, more?: object): readonly string[] {
  try {
    authorizationWith(list, more);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
  }
  return [];
}

describe("a list of people", () => {
  it("that is not set lets in anybody", () => {
    expect(allows("", {})).toBe(true);
  });

  it.each<[string, string, Partial<Identity>]>([
    ["a domain", "@example.com", { email: "alice@example.com" }],
    ["a domain, in any case", "@Example.COM", { email: "Alice@EXAMPLE.com" }],
    [
      "an international domain, in ASCII",
      "@xn--bcher-kva.example",
      { email: "a@xn--bcher-kva.example" },
    ],
    ["an address", "alice@example.com", { email: "alice@example.com" }],
    ["an address, in any case", "Alice@Example.com", { email: "ALICE@example.com" }],
    ["a group", "group:engineering", { groups: ["engineering"] }],
    ["a group with spaces", "group: The Team ", { groups: ["The Team"] }],
    ["one of several", "bob@example.com, @a.example ,group:x", { email: "alice@a.example" }],
  ])("lets in by %s", (_what, list, known) => {
    expect(allows(list, known)).toBe(true);
  });

  it("lets in by user id, exactly", () => {
    expect(allows(ADMIN_ID, {}, ADMIN_ID)).toBe(true);
    expect(allows(ADMIN_ID, {}, ADMIN_ID.toLowerCase())).toBe(false);
  });

  it.each<[string, Partial<Identity>]>([
    ["nothing known", {}],
    ["the name alone", { name: "alice@example.com" }],
    ["the domain as a subject", { subject: "alice@example.com" }],
    ["a domain that ends in it", { email: "alice@evil-example.com" }],
    ["a domain below it", { email: "alice@mail.example.com" }],
    ["a domain that begins with it", { email: "alice@example.com.evil.example" }],
    ["two @", { email: "alice@example.com@evil.example" }],
    ["two @, the allowed one last", { email: "alice@evil.example@example.com" }],
    ["an @ in quotes", { email: '"alice@evil.example"@example.com' }],
    ["an address in angle brackets", { email: "<alice@example.com>" }],
    ["a name beside the address", { email: "Alice <alice@example.com>" }],
    ["a comment", { email: "alice@example.com(evil.example)" }],
    ["a list of addresses", { email: "alice@evil.example,bob@example.com" }],
    ["a space", { email: "alice @example.com" }],
    ["a line break", { email: "alice@evil.example\n@example.com" }],
    ["a zero character", { email: "alice@example.com\0.evil.example" }],
    ["no local part", { email: "@example.com" }],
    ["a dot at the end", { email: "alice@example.com." }],
    ["a Cyrillic letter", { email: "alice@ex\u0430mple.com" }],
    ["a Cyrillic letter before the @", { email: "\u0430lice@example.com" }],
    ["letters of full width", { email: "alice@\uff45xample.com" }],
    ["an @ of full width", { email: "alice\uff20example.com" }],
    ["a soft hyphen", { email: "alice@exam\u00adple.com" }],
    ["a dot that is none", { email: "alice@example\u3002com" }],
    ["more than an address can have", { email: `${"a".repeat(300)}@example.com` }],
    ["a group of that name", { groups: ["@example.com", "alice@example.com"] }],
  ])("does not let in by %s", (_what, known) => {
    expect(allows("@example.com, alice@example.com", known)).toBe(false);
  });

  it("knows the sign that turns into a k when it is made small", () => {
    expect("\u212a".toLowerCase()).toBe("k");
    expect(allows("@kiosk.example", { email: "alice@\u212aiosk.example" })).toBe(false);
  });

  it("compares groups exactly", () => {
    for (const group of ["Engineering", "engineering ", "engineerin", "group:engineering", ""]) {
      expect(allows("group:engineering", { groups: [group] }), group).toBe(false);
    }
  });
});

describe("an entry that is wrong", () => {
  it("is named by its place, with what to do, and never by its text", () => {
    const list = "alice@example.com, alice, @, *@example.com, group:, @localhost, a@b@c.example";
    const problems = problemsWith(list);
    expect(problems.map((problem) => /^ALLOWED_PEOPLE entry (\d)/.exec(problem)?.[1])).toEqual([
      "2",
      "3",
      "4",
      "5",
      "6",
      "7",
    ]);
    expect(problems[0]).toContain("a user id of 32 characters");
    expect(problems[2]).toContain("everybody of a domain is @example.com");
    expect(problems.join("\n")).not.toMatch(/alice,|localhost|c\.example/);
  });

  it.each([" ", ",", " , "])("includes a list without one: %j", (list) => {
    expect(problemsWith(list)).toEqual([expect.stringMatching(/^ALLOWED_PEOPLE has no entry/)]);
  });

  it("includes a domain that is not ASCII", () => {
    expect(problemsWith("@b\u00fccher.example")).toEqual([expect.stringContaining("@xn--")]);
  });

  it("is a group where the provider tells none", () => {
    const gitHub = { IDP: "github", GITHUB_CLIENT_ID: "id", GITHUB_CLIENT_SECRET: "secret" };
    expect(problemsWith("group:engineering", gitHub)).toEqual([
      "ALLOWED_PEOPLE names a group, and only IDP=oidc tells the groups of people",
    ]);
    expect(problemsWith("@example.com", gitHub)).toEqual([]);
  });

  it("is found in every AUTH_MODE", () => {
    const external = { AUTH_MODE: "jwt", AS_ISSUER: "https://as.example" };
    expect(problemsWith("nobody", external)).toHaveLength(1);
    const introspection = { AS_CLIENT_ID: "id", AS_CLIENT_SECRET: "secret" };
    expect(
      problemsWith("nobody", { ...external, ...introspection, AUTH_MODE: "introspection" }),
    ).toHaveLength(1);
  });
});
