import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { grantIdOf, grantObject } from "../../src/engine/grants/grant-id";
import { authorize, connect, exchangeCode, register, request, tokenRequest } from "./as-client.ts";
import { allStored, type EventOf, stored, theStored } from "./audited.ts";
import { gatehouseWith } from "./gatehouse-with.ts";
import { refresh } from "./grants.ts";
import { TEST_ORIGIN } from "./origin.ts";
import { signInAsTold } from "./scripted-sign-in.ts";
import { limitOfThree, untilWindowHasRoom, withLimits } from "./small-limits.ts";

/** Whether an event is about a client; each test has another. */
const of =
  (clientId: string) =>
  (event: { clientId?: string | undefined }): boolean =>
    event.clientId === clientId;

afterEach(() => {
  vi.useRealTimers();
});

const REQUEST_ID = expect.stringMatching(/^[0-9a-f-]{36}$/);

it("has a sign-in, and the consent with what was asked and what was given", async () => {
  const clientId = await register();
  const change = { scope: "op:add op:sub account:read" };
  const { code } = await authorize({ clientId, change, scopes: ["op:add", "account:read"] });
  const { userId, grantId } = grantIdOf(code) ?? {};
  expect(await theStored("sign_in", of(clientId))).toMatchObject({
    userId,
    outcome: "ok",
    issuer: env.OIDC_ISSUER,
    requestId: REQUEST_ID,
    atMs: expect.any(Number),
  });
  expect(await theStored("consent", of(clientId))).toMatchObject({
    userId,
    grantId,
    outcome: "given",
    scopesAsked: ["op:add", "op:sub", "account:read"],
    scopesGiven: ["op:add", "account:read"],
  });
});

it("has a consent that was denied", async () => {
  const { clientId } = await authorize({ decision: "deny", change: { scope: "op:add" } });
  expect(await theStored("consent", of(clientId))).toMatchObject({
    outcome: "denied",
    scopesAsked: ["op:add"],
    scopesGiven: [],
  });
});

it("has a sign-in that the person or the provider refused, or that the provider could not do", async () => {
  const { clientId } = await authorize({ decision: "cancel-at-provider" });
  expect(await theStored("sign_in", of(clientId))).toMatchObject({
    outcome: "refused",
    reason: "refused_by_provider",
  });
  const fetch = gatehouseWith({ OIDC_ISSUER: "http://127.0.0.1:1" });
  const failed = await authorize({ fetch });
  expect(failed.callback.searchParams.get("error")).toBe("temporarily_unavailable");
  expect(await theStored("sign_in", of(failed.clientId))).toMatchObject({
    outcome: "failed",
    reason: "provider_unavailable",
  });
});

it("has a sign-in of somebody who may not come in, without their address", async () => {
  const email = "mallory@evil.example";
  const { userId } = await signInAsTold(
    { ALLOWED_PEOPLE: "@example.com" },
    { idToken: { email, email_verified: true } },
  );
  const event = await theStored("sign_in", (signIn) => signIn.userId === userId);
  expect(event).toMatchObject({ outcome: "refused", reason: "person_not_allowed" });
  expect(JSON.stringify(event)).not.toContain("mallory");
});

it("has registrations, also those that are refused", async () => {
  const startMs = Date.now();
  const clientId = await register();
  expect(await theStored("registration", of(clientId))).toMatchObject({ outcome: "ok" });
  await request("/oauth/register", {
    method: "POST",
    body: JSON.stringify({ redirect_uris: ["javascript:alert(1)"] }),
  });
  // What the file before this one did may be stored a second after its end.
  const refused = await theStored(
    "registration",
    ({ outcome, atMs }) => outcome === "refused" && atMs >= startMs,
  );
  expect(refused).toMatchObject({ error: expect.stringMatching(/^invalid_/) });
});

it("has tokens that were issued, refreshed and refused, and no token", async () => {
  const tokens = await connect({ change: { scope: "op:add" } });
  const { clientId } = tokens;
  const ids = { ...grantIdOf(tokens.access_token), clientId, requestId: REQUEST_ID };
  expect(await theStored("token_issued", of(clientId))).toMatchObject({
    ...ids,
    scopes: ["op:add"],
  });
  expect((await refresh(tokens)).status).toBe(200);
  expect(await theStored("token_refreshed", of(clientId))).toMatchObject({
    ...ids,
    scopes: ["op:add"],
  });
  const wrong = `${tokens.refresh_token.slice(0, -3)}abc`;
  expect((await refresh({ ...tokens, refresh_token: wrong })).status).toBe(400);
  const refused = await theStored("token_refused", of(clientId));
  expect(refused).toMatchObject({ ...ids, grantType: "refresh_token", error: "invalid_grant" });
  expect(JSON.stringify(refused)).not.toContain(wrong);
});

it("counts what strangers are refused, and keeps nothing that they wrote", async () => {
  const before = (await allStored()).length;
  const hostile = "\u{1f600}".repeat(90);
  for (let i = 0; i < 30; i++) {
    await request("/oauth/token", {
      method: "POST",
      headers: { authorization: `Basic ${btoa(`stranger%20${i}:its secret`)}` },
      body: new URLSearchParams({ grant_type: `password-${i}`, code: hostile, other: hostile }),
    });
  }
  const isOther = ({ grantType, count }: EventOf<"token_refused">) =>
    grantType === "other" && count === undefined;
  const [refused, ...others] = await stored("token_refused", isOther);
  expect(others).toEqual([]);
  expect(refused).toMatchObject({ error: "invalid_client" });
  expect(refused).not.toHaveProperty("clientId");
  // Whatever is recorded once the minute is over brings the number of the others.
  vi.useFakeTimers({ now: Date.now() + 61_000, toFake: ["Date"] });
  await register();
  const counts = await stored("token_refused", ({ count }) => count !== undefined);
  expect(counts).toMatchObject([{ grantType: "other", error: "invalid_client", count: 29 }]);
  const events = (await allStored()).slice(before);
  expect(events.length).toBeLessThan(5);
  expect(JSON.stringify(events)).not.toMatch(/secret|stranger|\u{1f600}/u);
});

it("has a code that came twice, which ends the grant", async () => {
  const authorization = await authorize();
  const { clientId } = authorization;
  expect((await exchangeCode(authorization)).status).toBe(200);
  expect((await exchangeCode(authorization)).status).toBe(400);
  expect(await theStored("token_refused", of(clientId))).toMatchObject({
    grantType: "authorization_code",
    error: "invalid_grant",
  });
  expect(await theStored("grant_revoked", of(clientId))).toMatchObject({
    ...grantIdOf(authorization.code),
    by: "server",
  });
});

it("has a refresh token that was stolen, and that it ended the grant", async () => {
  const stolen = await connect();
  const { clientId } = stolen;
  const next = await refresh(stolen).then((response) => response.json<typeof stolen>());
  await refresh({ ...next, clientId });
  vi.useFakeTimers({ now: Date.now() + 61_000, toFake: ["Date"] });
  expect((await refresh(stolen)).status).toBe(400);
  vi.useRealTimers();
  const ids = grantIdOf(stolen.refresh_token);
  expect(await theStored("token_replayed", of(clientId))).toMatchObject({ ...ids });
  expect(await theStored("grant_revoked", of(clientId))).toMatchObject({ ...ids, by: "replay" });
});

it("has who ended a grant, once, or narrowed it", async () => {
  const byOthers = await connect();
  const id = grantIdOf(byOthers.refresh_token);
  if (id === undefined) throw new TypeError("This is no token of ours");
  await grantObject(env, id).narrow(["op:add"]);
  expect(await theStored("grant_narrowed", of(byOthers.clientId))).toMatchObject({
    ...id,
    scopes: ["op:add"],
  });
  await grantObject(env, id).end(TEST_ORIGIN, "operator");
  // Again, it has nothing to end.
  await grantObject(env, id).end(TEST_ORIGIN);

  const byClient = await connect();
  await tokenRequest({ token: byClient.refresh_token, client_id: byClient.clientId });
  expect(await theStored("grant_revoked", of(byClient.clientId))).toMatchObject({
    ...grantIdOf(byClient.refresh_token),
    by: "client",
  });
  // By now a second event of the other grant would be there as well.
  const isOther = (event: { grantId?: string | undefined }) => event.grantId === id.grantId;
  expect(await stored("grant_revoked", isOther)).toMatchObject([{ ...id, by: "operator" }]);
});

describe("a limit by address", () => {
  beforeEach(untilWindowHasRoom);

  it("that was hit is there, once, and no address", async () => {
    const gatehouse = withLimits({ TOKEN_REQUESTS_PER_ADDRESS: limitOfThree });
    const address = "192.0.2.77";
    const headers = { "cf-connecting-ip": address };
    const statuses = [];
    for (let request = 0; request < 6; request++) {
      statuses.push((await gatehouse("/oauth/token", { method: "POST", headers })).status);
    }
    expect(statuses.slice(3)).toEqual([429, 429, 429]);
    const hit = await theStored(
      "limit_hit",
      (event) => event.limit === "TOKEN_REQUESTS_PER_ADDRESS",
    );
    expect(JSON.stringify(hit)).not.toContain(address);
  });
});
