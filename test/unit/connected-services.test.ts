import { describe, expect, it } from "vitest";
import { connectionOf, defineApi, defineService } from "../../src/engine/config";
import { ConfigError } from "../../src/engine/config/variables";
import { parseConfig } from "../../src/engine/configuration";
import { openIdConnect } from "../../src/engine/providers/openid-connect";

const service = defineService({
  displayName: "Tracker",
  authorizationEndpoint: "https://tracker.example/authorize",
  tokenEndpoint: "https://tracker.example/token",
  scopes: [
    { name: "read", description: "Read your issues" },
    { name: "write", description: "Change your issues" },
  ],
});
const api = defineApi({
  name: "tracker",
  variables: "TRACKER",
  defaultUrl: "https://api.tracker.example",
  access: { by: "connection", service },
});

const own = {
  SESSION_SECRET: "only-for-tests-and-long-enough-to-be-taken",
  OIDC_ISSUER: "https://idp.example",
  OIDC_CLIENT_ID: "gatehouse",
  OIDC_CLIENT_SECRET: "secret",
};
const client = { TRACKER_CLIENT_ID: "id", TRACKER_CLIENT_SECRET: "secret" };

const parsed = (vars: Record<string, string>) =>
  parseConfig(vars, { name: "Test", identityProviders: [openIdConnect], apis: [api] }).apis.get(
    api,
  );

function problemsOf(vars: Record<string, string>): readonly string[] {
  try {
    parsed(vars);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("an API that people connect", () => {
  it("is there with its client, and not by the definition's address alone", () => {
    expect(parsed(own)).toBeUndefined();
    const found = parsed({ ...own, ...client, TRACKER_RESOURCE: "https://api.tracker.example/v1" });
    expect(found && connectionOf(found)).toMatchObject({
      authorizationParameters: { resource: "https://api.tracker.example/v1" },
      tokenParameters: { resource: "https://api.tracker.example/v1" },
    });
    expect(found).toMatchObject({ displayName: "Tracker", url: "https://api.tracker.example" });
    expect(found && connectionOf(found)).toMatchObject({
      api: "tracker",
      clientId: "id",
      authorizationParameters: { resource: "https://api.tracker.example/v1" },
      server: { tokenEndpoint: "https://tracker.example/token" },
    });
  });

  it("asks for fewer scopes when the operator says so, and for none that has no words", () => {
    const found = parsed({ ...own, ...client, TRACKER_SCOPES: "read" });
    expect(found && connectionOf(found)?.scopes.map(({ name }) => name)).toEqual(["read"]);
    expect(problemsOf({ ...own, ...client, TRACKER_SCOPES: "read admin" })).toEqual([
      expect.stringContaining("TRACKER_SCOPES names admin"),
    ]);
  });

  it("is refused without a secret", () => {
    expect(problemsOf({ ...own, TRACKER_CLIENT_ID: "id" })).toEqual([
      expect.stringContaining("TRACKER_CLIENT_SECRET is missing"),
    ]);
  });

  it("is refused where another authorization server signs people in", () => {
    const external = { SESSION_SECRET: own.SESSION_SECRET, AUTH_MODE: "jwt" };
    expect(problemsOf({ ...external, AS_ISSUER: "https://as.example", ...client })).toEqual([
      expect.stringContaining("TRACKER_URL needs AUTH_MODE=provider: people connect Tracker"),
    ]);
    expect(problemsOf({ ...external, AS_ISSUER: "https://as.example" })).toEqual([]);
  });
});

describe("a definition", () => {
  it("takes no address in the clear, no parameter of the flow, and no name that stands in no address", () => {
    const insecure = { ...service, tokenEndpoint: "http://tracker.example/token" };
    expect(() => defineService(insecure)).toThrow("is no https address");
    expect(() => defineService({ ...service, authorizationParameters: { state: "x" } })).toThrow(
      '"state" cannot be set',
    );
    expect(() => defineApi({ ...api, name: "Tracker/1" })).toThrow("at most 40 small letters");
  });
});
