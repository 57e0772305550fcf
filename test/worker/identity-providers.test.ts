import { env } from "cloudflare:workers";
import { describe, expect, inject, it } from "vitest";
import { userIdOf } from "../../src/engine/identity/user-id";
import { type Fault, faults } from "../support/provider-faults.ts";
import { TEST_ORIGIN } from "./origin.ts";
import { signInAt } from "./sign-in-at.ts";

/** Signs in at a server with another identity provider, up to what the client is told. */
async function signInWith(variables: Record<string, string>): Promise<URLSearchParams> {
  const { told } = await signInAt(variables);
  expect(told.get("state")).toBe("the-clients-state");
  expect(told.get("iss")).toBe(TEST_ORIGIN);
  return told;
}

/** The user ids that have a grant. */
async function userIds(): Promise<string[]> {
  const { keys } = await env.OAUTH_KV.list({ prefix: "grant:" });
  return keys.map(({ name }) => name.split(":")[1] ?? "");
}

describe("an OpenID provider", () => {
  const withFault = (fault: Fault) =>
    signInWith({ OIDC_ISSUER: `${inject("unrulyOrigin")}/${fault}`, OIDC_CLIENT_ID: "gatehouse" });

  it("without a fault signs its person in", async () => {
    const told = await withFault("none");
    expect(told.get("error")).toBeNull();
    const issuer = `${inject("unrulyOrigin")}/none`;
    expect(await userIds()).toContain(await userIdOf({ issuer, subject: "unruly-1" }));
  });

  it("that refuses its person makes it access_denied", async () => {
    expect((await withFault("refuses")).get("error")).toBe("access_denied");
  });

  it.each(faults.filter((fault) => fault !== "none" && fault !== "refuses"))(
    "with the fault %s signs nobody in, and the client is told",
    async (fault) => {
      const before = await userIds();
      const told = await withFault(fault);
      expect(told.get("code")).toBeNull();
      // Only what may pass by itself is temporary.
      const mayPass = fault === "discovery-500" || fault === "token-500";
      expect(told.get("error")).toBe(mayPass ? "temporarily_unavailable" : "server_error");
      expect(await userIds()).toEqual(before);
    },
  );

  it("that is down is the same, and recovers without a restart", async () => {
    const told = await signInWith({
      OIDC_ISSUER: "http://localhost:9",
      OIDC_CLIENT_ID: "gatehouse",
    });
    expect(told.get("error")).toBe("temporarily_unavailable");
    expect((await withFault("none")).get("code")).not.toBeNull();
  });
});

describe("GitHub", () => {
  const withGitHub = (variables: Record<string, string> = {}) =>
    signInWith({
      IDP: "github",
      GITHUB_URL: inject("gitHubOrigin"),
      GITHUB_API_URL: inject("gitHubOrigin"),
      GITHUB_CLIENT_ID: "gatehouse",
      GITHUB_CLIENT_SECRET: "github-secret",
      ...variables,
    });

  it("knows its person by number, not by login", async () => {
    expect((await withGitHub()).get("code")).not.toBeNull();
    const issuer = inject("gitHubOrigin");
    expect(await userIds()).toContain(await userIdOf({ issuer, subject: "583231" }));
    expect(await userIds()).not.toContain(await userIdOf({ issuer, subject: "octo-renamed" }));
  });

  it("vouches for the primary address only", async () => {
    expect((await withGitHub({ ALLOWED_PEOPLE: "octo@example.com" })).get("code")).not.toBeNull();
    // Hers too, and verified.
    expect((await withGitHub({ ALLOWED_PEOPLE: "old@example.com" })).get("error")).toBe(
      "access_denied",
    );
  });

  it("that refuses is access_denied", async () => {
    expect((await withGitHub({ GITHUB_CLIENT_ID: "refused" })).get("error")).toBe("access_denied");
  });

  it("that does not know the secret signs nobody in", async () => {
    const told = await withGitHub({ GITHUB_CLIENT_SECRET: "wrong" });
    expect(told.get("error")).toBe("server_error");
  });

  it("that is down signs nobody in", async () => {
    const told = await withGitHub({ GITHUB_API_URL: "http://localhost:9" });
    expect(told.get("error")).toBe("temporarily_unavailable");
  });
});
