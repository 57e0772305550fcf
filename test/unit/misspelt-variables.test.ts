import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/engine/config";
import { signInVariables } from "../../src/engine/configuration";
import { editDistance } from "../../src/engine/lib/edit-distance";
import { configOf, server } from "../worker/server.ts";

const valid = {
  SESSION_SECRET: "x".repeat(32),
  OIDC_ISSUER: "https://idp.example",
  OIDC_CLIENT_ID: "gatehouse",
};

function problems(change: Record<string, unknown>): readonly string[] {
  try {
    configOf({ ...valid, ...change });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
  }
  return [];
}

describe("a misspelt name", () => {
  it.each([
    ["ALLOWED_PEOPEL", "ALLOWED_PEOPLE"],
    ["ALLOWED_PEOPLES", "ALLOWED_PEOPLE"],
    ["ALOWED_CLIENTS", "ALLOWED_CLIENTS"],
    ["allowed_people", "ALLOWED_PEOPLE"],
    ["ALLOWEDPEOPLE", "ALLOWED_PEOPLE"],
    ["ALLOWED-ORIGINS", "ALLOWED_ORIGINS"],
    ["ADMIN", "ADMINS"],
    ["REVOCATION_DELAY_SECOND", "REVOCATION_DELAY_SECONDS"],
    ["DYNAMIC_CLIENT_REGISTRTAION", "DYNAMIC_CLIENT_REGISTRATION"],
    ["OIDC_GROUP_CLAIM", "OIDC_GROUPS_CLAIM"],
    ["TOKEN_AUDIENZE", "TOKEN_AUDIENCE"],
    ["UPSTREAM_API_SCOPE", "UPSTREAM_API_SCOPES"],
    ["AUDIT_RETENTION_DAY", "AUDIT_RETENTION_DAYS"],
    ["TOOL_CALLS_PER_CLENT", "TOOL_CALLS_PER_CLIENT"],
  ])("%s is refused, and %s is named", (name, meant) => {
    expect(problems({ [name]: "@example.com" })).toEqual([
      `${name} is unknown: did you mean ${meant}? Rename or remove it`,
    ]);
  });

  it("is refused where nothing is near, if one could think that it closes a door", () => {
    const [problem, ...others] = problems({ ALLOWED_USERS: "@example.com" });
    expect(problem).toMatch(/^ALLOWED_USERS is unknown: .*ALLOWED_PEOPLE/);
    expect(others).toEqual([]);
  });

  it("is told with everything else that is wrong", () => {
    expect(problems({ ALLOWED_PEOPEL: "x", OIDC_ISSUER: "", ADMINS: "", PUBLIC_URL: "x" })).toEqual(
      [
        expect.stringContaining("ALLOWED_PEOPEL"),
        expect.stringContaining("PUBLIC_URL"),
        expect.stringContaining("OIDC_ISSUER"),
      ],
    );
  });

  it("counts as not set where it is empty", () => {
    expect(problems({ ALLOWED_PEOPEL: "" })).toEqual([]);
  });

  it.each([
    "COMPANY_API_KEY",
    "MS_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
    "TICKETS_URL",
    "AI",
    "MY_KV",
    "PRODUCT_API_URL",
    "CF_VERSION_METADATA",
  ])("%s is a tool's own, and none of ours", (name) => {
    expect(problems({ [name]: "something" })).toEqual([]);
  });
});

it("knows every variable that a configuration reads, whoever brings it", () => {
  expect(signInVariables(server)).toEqual(
    expect.arrayContaining([
      "IDP",
      "OIDC_NAME",
      "GITHUB_URL",
      "AS_PRIVATE_KEY_NEXT",
      "TOKEN_PROFILE",
    ]),
  );
});

it.each([
  ["kitten", "sitting", 3],
  ["people", "peopel", 1],
  ["ca", "abc", 3],
  ["", "abc", 3],
  ["same", "same", 0],
])("%s and %s differ by %i edits", (from, to, distance) => {
  expect(editDistance(from, to)).toBe(distance);
  expect(editDistance(to, from)).toBe(distance);
});
