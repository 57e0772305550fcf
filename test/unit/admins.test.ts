import { expect, it } from "vitest";
import { isAdmin } from "../../src/engine/identity/admins";
import type { Principal } from "../../src/engine/identity/principal";

const principal = (identity: Partial<Principal["identity"]>): Principal => ({
  userId: "user-1",
  identity: { issuer: "https://idp.example", subject: "1", ...identity },
  clientId: "c",
  clientName: "c",
  grantId: "g",
  scopes: [],
  resource: "r",
  expiresAtSeconds: 0,
});

it("knows administrators by user id or verified address, and nobody by name", () => {
  const admins = new Set(["user-1", "alice@example.com"]);
  expect(isAdmin({ admins }, principal({}))).toBe(true);
  expect(
    isAdmin({ admins: new Set(["alice@example.com"]) }, principal({ email: "Alice@Example.com" })),
  ).toBe(true);
  expect(
    isAdmin({ admins: new Set(["alice@example.com"]) }, principal({ name: "alice@example.com" })),
  ).toBe(false);
  expect(isAdmin({ admins: new Set() }, principal({ email: "alice@example.com" }))).toBe(false);
});

it("compares addresses as ALLOWED_PEOPLE does: the Kelvin sign is no k", () => {
  const admins = new Set(["kate@example.com"]);
  expect(isAdmin({ admins }, principal({ email: "\u212aate@example.com" }))).toBe(false);
  expect(isAdmin({ admins }, principal({ email: "Kate@example.com" }))).toBe(true);
});
