import * as z from "zod";
import { defineTool } from "../../engine/tools/define-tool";
import { ordersApi } from "./api";
import { orderSchema } from "./order";

const pageSchema = z.object({ orders: z.array(orderSchema), next: z.string().nullish() });

export const listOrders = defineTool({
  name: "list_orders",
  title: "List your orders",
  description: "Lists the person's orders, newest first, one page at a time.",
  scopes: ["orders:read"],
  input: z.object({
    after: z.string().max(200).optional().describe("`next` from the previous page"),
  }),
  output: z.object({
    orders: z.array(orderSchema),
    next: z.string().optional().describe("Pass it as `after` to get the next page"),
  }),
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  async run({ after }, { api }) {
    const page = await api(ordersApi).request({
      path: ["orders"],
      query: { after },
      answer: pageSchema,
    });
    return { orders: page.orders, ...(page.next != null && { next: page.next }) };
  },
});
