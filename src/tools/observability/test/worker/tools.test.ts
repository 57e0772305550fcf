import { describe, expect, it } from "vitest";
import * as z from "zod";
import { externalGatehouse } from "../../../../../test/worker/external-gatehouse.ts";
import { initialize, post } from "../../../../../test/worker/mcp-client.ts";
import { accountIds } from "../../local-api/accounts.ts";
import { atNoon, connectAs, sessionOf } from "./person.ts";
import { server } from "./server.ts";

const TOOLS = [
  "accounts_list",
  "set_active_account",
  "workers_list",
  "workers_get_worker",
  "workers_get_worker_code",
  "query_worker_observability",
  "observability_keys",
  "observability_values",
];

type Use = (name: string, args?: Record<string, unknown>) => Promise<Record<string, unknown>>;

/** Both ways that a tool is reached: in a session's object, and without a session. */
const lanes: Record<string, () => Promise<Use>> = {
  async session() {
    const session = await sessionOf("alice");
    return (name, args) => session.use(name, args);
  },
  async stateless() {
    const { access_token } = await connectAs("alice");
    const gatehouse = externalGatehouse({}, server);
    return async (name, args) => {
      const { result } = await gatehouse.use(access_token, name, args);
      if (result?.structuredContent === undefined) throw new Error(JSON.stringify(result));
      return result.structuredContent;
    };
  },
};

const accountId = accountIds.shop;
const rowsSchema = z.object({ rows: z.array(z.record(z.string(), z.unknown())) });

describe.each(Object.entries(lanes))("in the %s lane", (_name, lane) => {
  it("accounts_list and set_active_account: the accounts, and the one that is chosen", async () => {
    const use = await lane();
    const account = { id: accountIds.sideProjects, name: "Alice’s side projects" };
    expect(await use("set_active_account", { accountId: account.id })).toEqual({ account });
    expect(await use("accounts_list")).toMatchObject({
      accounts: [
        { id: accountIds.shop, name: "Example Shop", isChosen: false },
        { ...account, isChosen: true },
      ],
      total: 2,
    });
  });

  it("workers_list: newest change first, a page at a time", async () => {
    const use = await lane();
    const first = await use("workers_list", { accountId, limit: 3 });
    expect(first).toMatchObject({
      workers: [{ name: "checkout" }, { name: "shop-api" }, { name: "image-resizer" }],
      total: 4,
      more: 'There are more: call again with {"offset":3}.',
    });
    const last = await use("workers_list", { accountId, limit: 3, offset: 3 });
    expect(last).toMatchObject({ workers: [{ name: "nightly-report" }] });
    expect(last).not.toHaveProperty("more");
  });

  it("workers_get_worker: its details, known here or not", async () => {
    const use = await lane();
    expect(await use("workers_get_worker", { accountId, scriptName: "checkout" })).toMatchObject({
      scriptName: "checkout",
      details: {
        id: "checkout",
        "default_environment.script.compatibility_date": "2025-09-01",
        "default_environment.script.handlers": '["fetch"]',
      },
    });
  });

  it("workers_get_worker_code: of modules and of a single file", async () => {
    const use = await lane();
    const code = { accountId, scriptName: "checkout" };
    expect(await use("workers_get_worker_code", { ...code, line: 15 })).toMatchObject({
      modules: [{ name: "worker.js" }, { name: "prices.js" }],
      module: "worker.js",
      code: expect.stringMatching(/^ {2}const amount = quote\.total\.amount_cents;\n/),
    });
    expect(await use("workers_get_worker_code", { ...code, module: "prices.js" })).toMatchObject({
      code: expect.stringMatching(/^\/\*\* The price of a basket/),
    });
    const single = { accountId: accountIds.sideProjects, scriptName: "url-shortener" };
    expect(await use("workers_get_worker_code", single)).toMatchObject({
      code: expect.stringMatching(/^addEventListener/),
    });
    // WebAssembly is named, and not shown.
    const resizer = { accountId, scriptName: "image-resizer" };
    expect(await use("workers_get_worker_code", resizer)).toMatchObject({
      modules: [{ name: "worker.js" }, { name: "resize.wasm", contentType: "application/wasm" }],
    });
  });

  it("query_worker_observability: events, numbers and requests", async () => {
    const use = await lane();
    atNoon();
    const failed = { filters: [{ key: "$metadata.error", operation: "exists" }] };
    const events = await use("query_worker_observability", {
      ...{ accountId, parameters: failed, fields: ["$metadata.error", "exception.stack", "kind"] },
    });
    expect(events.rows).toContainEqual({
      "$metadata.error": "Cannot read properties of undefined (reading 'amount_cents')",
      "exception.stack": "    at checkout (worker.js:15:30)",
      kind: "gift_card",
    });
    const numbers = await use("query_worker_observability", {
      ...{ accountId, view: "calculations" },
      parameters: { ...failed, groupBys: [{ value: "$metadata.service" }] },
    });
    const byService = rowsSchema.parse(numbers).rows;
    expect(byService[0]).toMatchObject({ "$metadata.service": "checkout" });
    const counts = byService.map(({ count }) => Number(count));
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
    const requests = await use("query_worker_observability", {
      ...{ accountId, view: "invocations", parameters: failed },
    });
    expect(rowsSchema.parse(requests).rows[0]).toMatchObject({
      "$workers.outcome": expect.any(String),
      "$metadata.requestId": expect.any(String),
      events: expect.any(Number),
    });
  });

  it("observability_keys and observability_values: what there is to filter by", async () => {
    const use = await lane();
    atNoon();
    const { keys } = await use("observability_keys", { accountId, keyNeedle: "STATUS" });
    expect(keys).toMatchObject([{ key: "$workers.event.response.status", type: "number" }]);
    const { values } = await use("observability_values", {
      ...{ accountId, key: "$workers.event.response.status", type: "number" },
      filters: [{ key: "$metadata.service", operation: "eq", value: "image-resizer" }],
    });
    expect(values).toContainEqual({ value: 404, type: "number", dataset: "cloudflare-workers" });
    const services = await use("observability_values", { accountId, key: "$metadata.service" });
    expect(JSON.stringify(services)).toContain("checkout");
    expect(JSON.stringify(services)).not.toContain("url-shortener");
  });
});

describe("paging through events", () => {
  it("shows each once, in order, over a timeframe that stays the same", async () => {
    const session = await sessionOf("alice");
    atNoon();
    const seen: string[] = [];
    let page: Record<string, unknown> = { timeframe: "last 15 minutes" };
    for (let pages = 0; page.timeframe !== undefined; pages++) {
      expect(pages).toBeLessThan(50);
      const result = await session.use("query_worker_observability", {
        ...{ accountId, fields: ["$metadata.id"], limit: 20, ...page },
      });
      seen.push(...rowsSchema.parse(result).rows.map((row) => String(row["$metadata.id"])));
      if (result.nextOffset === undefined) expect(seen).toHaveLength(Number(result.matched));
      page = result.nextOffset
        ? { offset: result.nextOffset, timeframe: result.timeframe }
        : { timeframe: undefined };
    }
    expect(seen.length).toBeGreaterThan(40);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual([...seen].sort().reverse());
  });

  it("ends a page early when it is long, and goes on from there", async () => {
    const session = await sessionOf("alice");
    atNoon();
    const query = { accountId, timeframe: "last 24 hours", limit: 2_000 };
    const first = await session.use("query_worker_observability", query);
    const rows = rowsSchema.parse(first).rows;
    expect(rows.length).toBeLessThan(500);
    expect(first.nextOffset).toBe(rows.at(-1)?.["$metadata.id"]);
    expect(JSON.stringify(first).length).toBeLessThan(60_000);
  });
});

describe("what a model is told of the tools", () => {
  it("are all of them, only where people sign in with Cloudflare", async () => {
    const session = await sessionOf("alice");
    expect(await session.toolNames()).toEqual(TOOLS);
    const other = externalGatehouse(
      {
        IDP: "github",
        GITHUB_CLIENT_ID: "x",
        GITHUB_CLIENT_SECRET: "x",
      },
      server,
    );
    const metadata = await other.fetch("/.well-known/oauth-authorization-server");
    expect(await metadata.text()).not.toContain("observability:read");
  });

  it("is what to do about accounts, in both lanes", async () => {
    const { access_token } = await connectAs("alice");
    const { result } = await post(access_token, initialize());
    expect(result?.instructions).toMatch(/call set_active_account once/);
    const gatehouse = externalGatehouse({}, server);
    const discovered = await gatehouse.fetch("/mcp", {
      method: "POST",
      headers: {
        ...{ authorization: `Bearer ${access_token}`, "content-type": "application/json" },
        ...{ accept: "application/json, text/event-stream", "mcp-method": "server/discover" },
        "mcp-protocol-version": "2026-07-28",
      },
      body: JSON.stringify({
        ...{ jsonrpc: "2.0", id: 1, method: "server/discover" },
        params: {
          _meta: {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { name: "raw", version: "1" },
            "io.modelcontextprotocol/clientCapabilities": {},
          },
        },
      }),
    });
    expect(await discovered.text()).toMatch(/call set_active_account once/);
  });
});
