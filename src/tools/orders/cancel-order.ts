import * as z from "zod";
import { defineTool } from "../../engine/tools/define-tool";
import { ordersApi } from "./api";
import { orderId, orderSchema } from "./order";

export const cancelOrder = defineTool({
  name: "cancel_order",
  title: "Cancel an order",
  description: "Cancels one of the person's orders, unless it has already shipped.",
  scopes: ["orders:write"],
  input: z.object({ id: orderId }),
  output: orderSchema,
  annotations: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: true,
  },
  run: ({ id }, { api }) =>
    api(ordersApi).request({ method: "POST", path: ["orders", id, "cancel"], answer: orderSchema }),
});
