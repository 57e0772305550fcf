import { defineServer } from "./engine/server";
import { account } from "./tools/account";
import { admin } from "./tools/admin";
import { calculator } from "./tools/calculator";
import { observability } from "./tools/observability";
import { cloudflareApi } from "./tools/observability/api";
import { orders } from "./tools/orders";
import { ordersApi } from "./tools/orders/api";

/** What this server is. Add your toolsets and APIs here. */
export const server = defineServer({
  name: "Gatehouse",
  toolsets: [calculator, account, orders, observability, admin],
  apis: [ordersApi, cloudflareApi],
});
