import * as z from "zod";
import { defineTool } from "../../engine/tools/define-tool";
import { ordersApi } from "./api";
import { orderId, orderSchema } from "./order";

export const commentOnOrder = defineTool({
  name: "comment_on_order",
  title: "Comment on an order",
  description: "Adds a comment for the shop to one of the person's orders.",
  scopes: ["orders:write"],
  input: z.object({
    id: orderId,
    text: z.string().min(1).max(500).describe("Such as: please ring twice"),
  }),
  output: orderSchema,
  annotations: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: true,
  },
  run: ({ id, text }, { api }) =>
    api(ordersApi).request({
      method: "POST",
      path: ["orders", id, "comments"],
      body: { text },
      answer: orderSchema,
    }),
});
