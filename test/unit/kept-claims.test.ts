import { afterEach, describe, expect, it, vi } from "vitest";
import { keptClaims } from "../../src/engine/identity/kept-claims";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the claims that tools get", () => {
  const token = { org_id: "acme", realm_access: { roles: ["agent"] }, email: "a@example.com" };

  it("are those that are named, by name or path, and no others", () => {
    expect(keptClaims(["org_id", "realm_access.roles", "tier"], [token])).toEqual({
      org_id: "acme",
      "realm_access.roles": ["agent"],
    });
    expect(keptClaims([], [token])).toEqual({});
  });

  it("are of the first source that has them, which null does not count as", () => {
    const told = { org_id: null, tier: "gold" };
    expect(keptClaims(["org_id", "tier"], [told, token])).toEqual({ org_id: "acme", tier: "gold" });
  });

  it("are bounded together: one that is too large is left out, and the log names it", () => {
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    const large = { groups: Array.from({ length: 500 }, (_, index) => `group-${index}`), tier: 1 };
    expect(keptClaims(["groups", "tier"], [large])).toEqual({ tier: 1 });
    expect(warn.mock.calls).toEqual([[{ event: "claim_too_large", claim: "groups" }]]);
  });
});
