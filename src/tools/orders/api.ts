import { defineApi } from "../../engine/config/define-api";

/** Your product's API, called with tokens that the caller's token is exchanged for (UPSTREAM_API_URL). */
export const ordersApi = defineApi({
  name: "orders",
  variables: "UPSTREAM_API",
  access: { by: "exchange" },
});
