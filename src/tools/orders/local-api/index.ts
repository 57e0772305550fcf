import type { ExchangeApi } from "../../../../dev/local-apis/local-api.ts";
import { startOrdersApi } from "./orders-api.ts";

/** The shop's API on this machine: alice has allowed the server to use it, bob has not. */
export const localApi: ExchangeApi = {
  by: "exchange",
  name: "the orders API",
  scopes: ["orders:read", "orders:write"],
  async start(options) {
    const { origin, stop } = await startOrdersApi(options);
    return {
      origin,
      vars: { UPSTREAM_API_URL: origin, UPSTREAM_API_NAME: "the orders API" },
      stop,
    };
  },
  examples: {
    about:
      "A tool that calls an API with an exchanged token, and what a person reads who has not allowed it",
    calls: [
      { tool: "list_orders", person: "alice" },
      { tool: "list_orders", person: "bob" },
    ],
  },
};
