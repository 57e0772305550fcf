import type { ExchangeApi } from "../../../../dev/local-apis/local-api.ts";
import { startOrdersApi } from "./orders-api.ts";

/**
 * The shop's API on this machine. With an external authorization server, alice has allowed this server to use it
 * there and bob has not.
 */
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
    about: "Tools that call an API as the person, each with their own token",
    calls: [
      { tool: "list_orders", person: "alice" },
      { tool: "list_orders", person: "bob" },
    ],
  },
};
