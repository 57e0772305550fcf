import { defineApi } from "../../engine/config/define-api";

/**
 * Your product's API (UPSTREAM_API_URL). It takes tokens of the identity provider where people sign in, or of the
 * external authorization server: each call has one of the person who calls, which allows what they allowed here.
 */
export const ordersApi = defineApi({
  name: "orders",
  variables: "UPSTREAM_API",
  access: { by: "exchange" },
  scopes: { "orders:read": ["orders:read"], "orders:write": ["orders:write"] },
});
