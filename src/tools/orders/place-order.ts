import * as z from "zod";
import { defineTool } from "../../engine/tools/define-tool";
import { ordersApi } from "./api";
import { orderSchema } from "./order";

export const placeOrder = defineTool({
  name: "place_order",
  title: "Place an order",
  description: "Orders an item for the person, at the person's cost.",
  scopes: ["orders:write"],
  input: z.object({
    item: z.string().min(1).max(100).describe("As the shop names it, such as: Sencha, 100 g"),
    quantity: z.int().min(1).max(20),
  }),
  output: orderSchema,
  annotations: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: true,
  },
  run: (order, { api }) =>
    api(ordersApi).request({
      method: "POST",
      path: ["orders"],
      body: order,
      // The shop places it once, however often the request has to be sent.
      idempotencyKey: crypto.randomUUID(),
      answer: orderSchema,
    }),
});
