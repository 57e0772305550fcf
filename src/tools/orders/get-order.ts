import * as z from "zod";
import { defineTool } from "../../engine/tools/define-tool";
import { ordersApi } from "./api";
import { orderId, orderSchema } from "./order";

export const getOrder = defineTool({
  name: "get_order",
  title: "Look up an order",
  description: "Shows one of the person's orders.",
  scopes: ["orders:read"],
  input: z.object({ id: orderId }),
  output: orderSchema,
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  run: ({ id }, { api }) => api(ordersApi).request({ path: ["orders", id], answer: orderSchema }),
});
