import { defineToolset } from "../../engine/tools/define-toolset";
import { ordersApi } from "./api";
import { cancelOrder } from "./cancel-order";
import { commentOnOrder } from "./comment-on-order";
import { getOrder } from "./get-order";
import { listOrders } from "./list-orders";
import { placeOrder } from "./place-order";

/** An example of tools that call your product's API as the person (UPSTREAM_API_URL). */
export const orders = defineToolset({
  name: "orders",
  apis: [ordersApi],
  scopes: [
    { name: "orders:read", description: "See your orders", baseline: true },
    { name: "orders:write", description: "Place, comment on and cancel orders", baseline: false },
  ],
  tools: [listOrders, getOrder, placeOrder, commentOnOrder, cancelOrder],
});
