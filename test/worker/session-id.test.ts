import { expect, it } from "vitest";
import { sessionIds } from "../../src/engine/mcp/session/session-id";

const alice = { userId: "alice", clientId: "client" };
const ids = sessionIds("a-secret-of-at-least-thirty-two-characters");

it("opens for its owner only", async () => {
  const sealed = await ids.seal("inner", alice);
  expect(await ids.open(sealed, alice)).toEqual({ id: "inner", grantId: undefined });
  expect(await ids.open(sealed, { ...alice, userId: "bob" })).toBeUndefined();
  expect(await ids.open(sealed, { ...alice, clientId: "other" })).toBeUndefined();
});

it("says with which grant it was begun, and for whichever grant it opens", async () => {
  const sealed = await ids.seal("inner", { ...alice, grantId: "grant" });
  expect(await ids.open(sealed, alice)).toEqual({ id: "inner", grantId: "grant" });
  const exchanged = sealed.replace(".grant.", ".other.");
  expect(await ids.open(exchanged, alice)).toBeUndefined();
  expect(await ids.open(sealed.replace(".grant.", "."), alice)).toBeUndefined();
});

it("opens for its server's secret only", async () => {
  const sealed = await ids.seal("inner", alice);
  const others = sessionIds("another-secret-of-thirty-two-characters");
  expect(await others.open(sealed, alice)).toBeUndefined();
});

it("does not open when any part of it was changed", async () => {
  const sealed = await ids.seal("inner", alice);
  const changed = [
    `x${sealed}`,
    sealed.slice(0, -1),
    `${sealed}A`,
    sealed.replace(".", ".."),
    sealed.replace(".", ".grant."),
    "inner",
    "",
    ".",
  ];
  for (const id of changed) expect(await ids.open(id, alice), id).toBeUndefined();
});
