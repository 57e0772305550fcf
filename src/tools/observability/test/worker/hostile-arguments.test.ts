import { describe, expect, it } from "vitest";
import type { Session } from "../../../../../test/worker/mcp-client.ts";
import { accountIds } from "../../local-api/accounts.ts";
import { requestsOf, sessionOf } from "./person.ts";

const accountId = accountIds.shop;

/** Every argument that becomes part of an address. */
const inAddresses: readonly [tool: string, argument: string, args: Record<string, unknown>][] = [
  ["set_active_account", "accountId", {}],
  ["workers_list", "accountId", {}],
  ["workers_get_worker", "accountId", { scriptName: "checkout" }],
  ["workers_get_worker_code", "accountId", { scriptName: "checkout" }],
  ["query_worker_observability", "accountId", {}],
  ["observability_keys", "accountId", {}],
  ["observability_values", "accountId", { key: "$metadata.service" }],
  ["workers_get_worker", "scriptName", { accountId }],
  ["workers_get_worker_code", "scriptName", { accountId }],
];

const hostile = [
  ...["..", ".", "../", "../../user", "..%2fuser", "%2e%2e", "%2e%2e%2f", "..\\user", "."],
  ...["checkout/../shop-api", "checkout/settings", "checkout?x=1", "checkout#x", "checkout;x"],
  ...["checkout\u0000", "checkout\n", " checkout", "checkout ", "", "\ud800", "ch\u00e9ckout"],
  ...[`${accountIds.bakery}`, `${accountId}/../${accountIds.bakery}`, "//evil.example", "@evil"],
  ...["x".repeat(100_000), "*", "null", "__proto__"],
];

async function askedBy(session: Session, tool: string, args: Record<string, unknown>) {
  const before = (await requestsOf("alice")).length;
  const { result, error } = await session.call(tool, args);
  const isRefused = result?.isError === true || error !== undefined;
  const asked = (await requestsOf("alice")).slice(before);
  return { isRefused, paths: asked.map(({ path }) => path) };
}

describe("what a model puts into an address", () => {
  it.each(inAddresses)("%s: %s reaches nothing but what it names", async (tool, argument, args) => {
    const session = await sessionOf("alice");
    for (const value of hostile) {
      const { isRefused, paths } = await askedBy(session, tool, { ...args, [argument]: value });
      expect(isRefused, JSON.stringify(value)).toBe(true);
      // Where the name could be one, it is asked for, as itself; everything else does not get so far.
      const asItself = ["scripts", "services"].map(
        (area) => `/accounts/${accountId}/workers/${area}/${value}`,
      );
      const beyond = paths.filter((path) => path !== "/accounts" && !asItself.includes(path));
      expect(beyond, JSON.stringify(value)).toEqual([]);
    }
  });

  it.each(["accounts_list", "workers_list"])("%s: pages are numbers", async (tool) => {
    const session = await sessionOf("alice");
    for (const value of ["1&per_page=50", -1, 1.5, "../", {}, 1e9]) {
      const args = tool === "accounts_list" ? { page: value } : { accountId, offset: value };
      const { isRefused, paths } = await askedBy(session, tool, args);
      if (!isRefused) expect(paths.at(-1)).toBe(`/accounts/${accountId}/workers/scripts`);
      else expect(paths).toEqual([]);
    }
  });
});

describe("what a model puts into a query", () => {
  it.each([
    ["another account's key", { filters: [{ key: "$metadata.account", operation: "exists" }] }],
    [
      "another account's id",
      {
        filters: [{ key: "$metadata.account", operation: "neq", value: accountId }],
        filterCombination: "or",
      },
    ],
    ["another account's text", { needle: accountIds.sideProjects }],
  ])("stays in the account of its address: %s", async (_name, parameters) => {
    const session = await sessionOf("alice");
    const { rows } = await session.use("query_worker_observability", {
      ...{ accountId, parameters, fields: ["$metadata.account"], timeframe: "last 1 hour" },
    });
    const foreign = JSON.stringify(rows).replaceAll(accountId, "");
    expect(foreign).not.toMatch(/[0-9a-f]{32}/);
  });

  it.each([
    [{ parameters: { filters: [{ key: "a", operation: "drop table" }] } }],
    [{ parameters: { filters: [{ key: "a", operation: "eq" }] } }],
    [{ parameters: { filters: [{ key: "a", operation: "exists", value: "b" }] } }],
    [{ parameters: { filters: [{ key: "a", operation: "eq", value: ["b", "c"] }] } }],
    [{ parameters: { filters: [{ key: "a", operation: "eq", value: { $ne: 1 } }] } }],
    [{ parameters: { filters: Array(51).fill({ key: "a", operation: "exists" }) } }],
    [{ parameters: { calculations: [{ operator: "p99" }] }, view: "calculations" }],
    [{ parameters: { limit: 1e9 } }],
    [{ limit: 0 }],
    [{ view: "traces" }],
    [{ queryId: "x".repeat(101) }],
    [{ timeframe: "last 900000 weeks" }],
  ])("is refused before anything is asked: %j", async (args) => {
    const session = await sessionOf("alice");
    const { isRefused, paths } = await askedBy(session, "query_worker_observability", {
      ...{ accountId, ...args },
    });
    expect(isRefused).toBe(true);
    expect(paths).toEqual([]);
  });
});
