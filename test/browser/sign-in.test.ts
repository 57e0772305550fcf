import { describe, expect } from "vitest";
import { it } from "./fixtures.ts";
import {
  allow,
  answerTo,
  codeFor,
  deny,
  scopeBox,
  signInAs,
  signInFirst,
  toConsent,
} from "./person.ts";

describe.each([
  ["with JavaScript", { javaScriptEnabled: true }],
  ["without JavaScript", { javaScriptEnabled: false }],
])("a browser %s", (_which, options) => {
  it("goes the whole way from the client and back", async ({ openBrowser, client }) => {
    const page = await openBrowser(options);
    const authorization = await client.authorize();
    await toConsent(page, authorization.url, "Alice");
    await allow(page).click();
    const code = await codeFor(authorization, page, client);
    expect((await client.exchange(authorization, code)).scope).toContain("notes:write");
  });

  it("takes a denial to the client", async ({ openBrowser, client }) => {
    const page = await openBrowser(options);
    const authorization = await client.authorize();
    await page.goto(authorization.url);
    await deny(page).click();
    const answer = await answerTo(authorization, page, client);
    expect([answer.get("error"), answer.get("code")]).toEqual(["access_denied", null]);
  });

  it("takes a denial by a person who is signed in to the client", async ({
    openBrowser,
    client,
  }) => {
    const page = await openBrowser(options);
    const authorization = await client.authorize();
    await toConsent(page, authorization.url, "Alice");
    await deny(page).click();
    const answer = await answerTo(authorization, page, client);
    expect([answer.get("error"), answer.get("code")]).toEqual(["access_denied", null]);
  });

  it("lets somebody else decide than who is signed in", async ({ openBrowser, client }) => {
    const page = await openBrowser(options);
    const authorization = await client.authorize();
    await toConsent(page, authorization.url, "Alice");
    await page.getByRole("button", { name: "Not you?" }).click();
    await signInAs(page, "Bob");
    await page.getByText("Signed in as Bob Example").waitFor();
    await allow(page).click();
    await client.exchange(authorization, await codeFor(authorization, page, client));
  });

  it("takes a refusal by the identity provider to the client", async ({ openBrowser, client }) => {
    const page = await openBrowser(options);
    const authorization = await client.authorize();
    await page.goto(authorization.url);
    await signInFirst(page).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    const answer = await answerTo(authorization, page, client);
    expect([answer.get("error"), answer.get("code")]).toEqual(["access_denied", null]);
  });
});

it("gives the client what was ticked, and no more", async ({ openBrowser, client }) => {
  const page = await openBrowser();
  const authorization = await client.authorize();
  await toConsent(page, authorization.url, "Alice");
  await scopeBox(page, "save and delete your notes").uncheck();
  await scopeBox(page, "divide numbers").uncheck();
  await allow(page).click();
  const code = await codeFor(authorization, page, client);
  const { scope } = await client.exchange(authorization, code);
  expect(scope.split(" ").sort()).toEqual([
    "account:read",
    "notes:read",
    "op:add",
    "op:mult",
    "op:sub",
  ]);
});

it("keeps two tabs of one browser apart, whichever is finished first", async ({
  openBrowser,
  client,
}) => {
  const firstTab = await openBrowser();
  const secondTab = await firstTab.context().newPage();
  const [first, second] = [await client.authorize(), await client.authorize()];
  await firstTab.goto(first.url);
  await secondTab.goto(second.url);

  await signInFirst(secondTab).click();
  await signInFirst(firstTab).click();
  await signInAs(secondTab, "Bob");
  await secondTab.getByText("Signed in as Bob Example").waitFor();
  await signInAs(firstTab, "Alice");
  await firstTab.getByText("Signed in as Alice Example").waitFor();
  await allow(secondTab).click();
  const secondCode = await codeFor(second, secondTab, client);
  await allow(firstTab).click();
  const firstCode = await codeFor(first, firstTab, client);

  expect(firstCode).not.toBe(secondCode);
  await client.exchange(first, firstCode);
  await client.exchange(second, secondCode);
});

/** Cursor's, at the time of writing. */
const cursorRedirectUris = [
  "cursor://anysphere.cursor-mcp/oauth/callback",
  "https://www.cursor.com/agents/mcp/oauth/callback",
  "http://localhost:8787/callback",
];

it("answers at a loopback address though other kinds are registered too", async ({
  openBrowser,
  client,
}) => {
  const page = await openBrowser();
  // At another port than the registered one, as RFC 8252, section 7.3, lets it.
  const authorization = await client.authorize({ redirect_uris: cursorRedirectUris });
  await toConsent(page, authorization.url, "Alice");
  await allow(page).click();
  await client.exchange(authorization, await codeFor(authorization, page, client));
});
