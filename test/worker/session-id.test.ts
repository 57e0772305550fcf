import { expect, it } from "vitest";
import { sessionIds } from "../../src/engine/mcp/session/session-id";

const alice = { userId: "alice", clientId: "client" };
const ids = sessionIds("a-secret-of-at-least-thirty-two-characters");

it("opens for its owner only", async () => {
  const signed = await ids.sign("inner", alice);
  expect(await ids.verify(signed, alice)).toEqual({ id: "inner", grantId: undefined });
  expect(await ids.verify(signed, { ...alice, userId: "bob" })).toBeUndefined();
  expect(await ids.verify(signed, { ...alice, clientId: "other" })).toBeUndefined();
});

it("says with which grant it was begun, and for whichever grant it opens", async () => {
  const signed = await ids.sign("inner", { ...alice, grantId: "grant" });
  expect(await ids.verify(signed, alice)).toEqual({ id: "inner", grantId: "grant" });
  const exchanged = signed.replace(".grant.", ".other.");
  expect(await ids.verify(exchanged, alice)).toBeUndefined();
  expect(await ids.verify(signed.replace(".grant.", "."), alice)).toBeUndefined();
});

it("opens for its server's secret only", async () => {
  const signed = await ids.sign("inner", alice);
  const others = sessionIds("another-secret-of-thirty-two-characters");
  expect(await others.verify(signed, alice)).toBeUndefined();
});

it("does not open when any part of it was changed", async () => {
  const signed = await ids.sign("inner", alice);
  const changed = [
    `x${signed}`,
    signed.slice(0, -1),
    `${signed}A`,
    signed.replace(".", ".."),
    signed.replace(".", ".grant."),
    "inner",
    "",
    ".",
  ];
  for (const id of changed) expect(await ids.verify(id, alice), id).toBeUndefined();
});

it("opens what was signed with the secret itself, as it was before, and signs nothing so", async () => {
  const secret = "a-secret-of-at-least-thirty-two-characters";
  const key = await crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const signed = new TextEncoder().encode(
    JSON.stringify(["mcp-session", "inner", alice.userId, alice.clientId]),
  );
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, signed));
  const former = `inner.${mac.toBase64({ alphabet: "base64url", omitPadding: true })}`;
  expect(await ids.verify(former, alice)).toEqual({ id: "inner", grantId: undefined });
  expect(await ids.verify(former, { ...alice, userId: "bob" })).toBeUndefined();
  expect(await ids.sign("inner", alice)).not.toBe(former);
});
