import { describe, expect, inject, it } from "vitest";
import { signInAt } from "../worker/sign-in-at.ts";

describe.each(["betterAuth", "glewlwyd"] as const)("%s", (name) => {
  const vars = inject("authorities")[name];

  it("signs a person in", async () => {
    const { told, page } = await signInAt(vars);
    expect(page).toBeUndefined();
    expect(Object.fromEntries(told)).toMatchObject({ code: expect.any(String) });
  });

  it("lets a person of its own domain in, where it is trusted for that", async () => {
    const trusted = { OIDC_TRUSTED_EMAIL_DOMAINS: "example.com" };
    const people = { ALLOWED_PEOPLE: "@example.com" };
    const refused = await signInAt({ ...vars, ...people });
    expect(refused.page?.heading).toBe("This account may not use Gatehouse");
    // better-auth says that it has not verified the address, and is believed.
    const { told } = await signInAt({ ...vars, ...people, ...trusted });
    expect(told.has("code")).toBe(name === "glewlwyd");
  });

  it("does not take another secret, and the client is told that this lasts", async () => {
    const { told, page } = await signInAt({ ...vars, OIDC_CLIENT_SECRET: "another" });
    expect(told.get("error")).toBe("server_error");
    expect(page?.heading).toBe("Signing in does not work on this server");
  });
});
