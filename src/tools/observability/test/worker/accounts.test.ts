import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { externalGatehouse } from "../../../../../test/worker/external-gatehouse.ts";
import { type Answer, type Session, toolErrorText } from "../../../../../test/worker/mcp-client.ts";
import { accountIds } from "../../local-api/accounts.ts";
import { connectAs, requestsOf, sessionOf, standIn } from "./person.ts";
import { server } from "./server.ts";

const { shop, sideProjects, bakery } = accountIds;

/** Asks for a list of Workers, and with a header if there is one. */
function listWorkers(session: Session, named?: string, header?: string): Promise<Answer> {
  const args = named === undefined ? {} : { accountId: named };
  return session.send(
    {
      jsonrpc: "2.0",
      id: 99,
      method: "tools/call",
      params: { name: "workers_list", arguments: args },
    },
    header === undefined ? {} : { "cf-account-id": header },
  );
}

/** The account that a call worked in. */
function accountOf({ result }: Answer): unknown {
  const { account } = Object(result?.structuredContent);
  return Object(account).id;
}

async function forgetChoices(): Promise<void> {
  await env.DB.prepare("DELETE FROM person_records").run();
}

describe("someone with several accounts", () => {
  it("is asked which, with all of them named", async () => {
    await forgetChoices();
    const session = await sessionOf("alice");
    expect(toolErrorText(await listWorkers(session))).toBe(
      `Which account? Call set_active_account once, or give accountId in each call. ` +
        `Your accounts: ${shop} ("Example Shop"), ${sideProjects} ("Alice’s side projects").`,
    );
  });

  it("works in the one that the call names, before the chosen one", async () => {
    const session = await sessionOf("alice");
    await session.use("set_active_account", { accountId: shop });
    expect(accountOf(await listWorkers(session))).toBe(shop);
    expect(accountOf(await listWorkers(session, sideProjects))).toBe(sideProjects);
  });

  it("works in the one that the client's header names, before the chosen one", async () => {
    const session = await sessionOf("alice");
    await session.use("set_active_account", { accountId: shop });
    expect(accountOf(await listWorkers(session, undefined, sideProjects))).toBe(sideProjects);
    expect(accountOf(await listWorkers(session, sideProjects, sideProjects))).toBe(sideProjects);
    const contradiction = await listWorkers(session, shop, sideProjects);
    expect(toolErrorText(contradiction)).toMatch(
      /^This client's header cf-account-id names a different account/,
    );
  });

  it("can set a client by the header without a session as well", async () => {
    await forgetChoices();
    const { access_token } = await connectAs("alice");
    const gatehouse = externalGatehouse({}, server);
    const call = (headers: Record<string, string>) =>
      gatehouse.use(access_token, "workers_list", {}, headers);
    const { result } = await call({ "cf-account-id": shop });
    expect(result?.structuredContent).toMatchObject({ account: { id: shop } });
    expect((await call({})).result?.isError).toBe(true);
  });

  it("keeps the choice in every client and session, for themselves only", async () => {
    const first = await sessionOf("alice");
    await first.use("set_active_account", { accountId: sideProjects });
    const second = await sessionOf("alice");
    expect(accountOf(await listWorkers(second))).toBe(sideProjects);
    await second.use("set_active_account", { accountId: shop });
    expect(accountOf(await listWorkers(first))).toBe(shop);
    const bob = await sessionOf("bob");
    expect(await bob.use("accounts_list")).toMatchObject({ accounts: [{ isChosen: false }] });
    expect(accountOf(await listWorkers(bob))).toBe(bakery);
  });
});

describe("an account that the sign-in does not reach", () => {
  const notReached = /is not one that your sign-in reaches\. Your accounts: /;

  it.each([
    ["alice", bakery],
    ["bob", shop],
  ] as const)("is refused to %s, and nothing of it asked", async (person, foreign) => {
    const session = await sessionOf(person);
    const before = (await requestsOf(person)).length;
    expect(toolErrorText(await listWorkers(session, foreign))).toMatch(notReached);
    expect(toolErrorText(await listWorkers(session, undefined, foreign))).toMatch(notReached);
    const choosing = await session.call("set_active_account", { accountId: foreign });
    expect(toolErrorText(choosing)).toMatch(notReached);
    const asked = (await requestsOf(person)).slice(before);
    expect(asked.map(({ path }) => path)).toEqual(["/accounts", "/accounts", "/accounts"]);
  });

  it("is refused when it was chosen before, instead of taking another", async () => {
    const session = await sessionOf("alice");
    await session.use("set_active_account", { accountId: shop });
    await env.DB.prepare("UPDATE person_records SET value = ?1")
      .bind(JSON.stringify({ accountId: bakery }))
      .run();
    expect(toolErrorText(await listWorkers(session))).toMatch(
      /^The account that set_active_account has chosen is not one that your sign-in reaches/,
    );
    await env.DB.prepare("UPDATE person_records SET value = ?1").bind('{"other":1}').run();
    expect(toolErrorText(await listWorkers(session))).toMatch(/^Which account\?/);
  });

  it.each(["../user", `${shop}/../${bakery}`, "", "x", `${shop}\u0000`, "null"])(
    "is refused when the header is %j",
    async (header) => {
      const session = await sessionOf("alice");
      const before = (await requestsOf("alice")).length;
      // fetch refuses to send some of these, which is as good.
      const answer = await listWorkers(session, undefined, header).catch(() => undefined);
      if (answer !== undefined) expect(toolErrorText(answer)).toMatch(notReached);
      const asked = (await requestsOf("alice")).slice(before);
      expect(asked.every(({ path }) => path === "/accounts")).toBe(true);
    },
  );
});

describe("someone with more accounts than a page holds", () => {
  const many = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      id: (from + index).toString(16).padStart(32, "0"),
      name: `Account ${from + index}`,
    }));
  const page = (accounts: object[], total: number) => ({
    ...{ person: "alice", path: "/accounts", status: 200 },
    body: JSON.stringify({ success: true, result: accounts, result_info: { total_count: total } }),
  });

  it("can use one of a later page, and none that is on no page", async () => {
    const session = await sessionOf("alice");
    await standIn("fault", { ...page(many(0, 50), 51), person: "alice" });
    const answer = await listWorkers(session, shop);
    expect(accountOf(answer)).toBe(shop);
    await standIn("fault", { ...page(many(0, 50), 51), person: "alice" });
    expect(toolErrorText(await listWorkers(session, bakery))).toMatch(
      /is not one .* \("Account 49"\), and more: see accounts_list\.$/,
    );
  });

  it("is told how to see the next page", async () => {
    const session = await sessionOf("alice");
    await standIn("fault", { ...page(many(0, 50), 51), person: "alice" });
    expect(await session.use("accounts_list")).toMatchObject({
      total: 51,
      more: 'There are more: call again with {"page":2}.',
    });
    await standIn("fault", { ...page(many(50, 1), 51), person: "alice" });
    const last = await session.use("accounts_list", { page: 2 });
    expect(last).toMatchObject({ accounts: [{ name: "Account 50" }] });
    expect(last).not.toHaveProperty("more");
  });

  it("is told so when there is none at all", async () => {
    const session = await sessionOf("alice");
    await standIn("fault", { ...page([], 0), person: "alice" });
    expect(toolErrorText(await listWorkers(session))).toMatch(
      /^Your sign-in reaches no Cloudflare account\. Connect this server again/,
    );
  });
});
