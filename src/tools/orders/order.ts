import * as z from "zod";

/** An order as the API returns it. Fields that it adds later are ignored. */
export const orderSchema = z.object({
  id: z.string(),
  item: z.string(),
  quantity: z.number(),
  // Not an enum: a status that the API adds must not make the whole answer unreadable.
  status: z.string().describe("Such as open, shipped or cancelled"),
  placedAt: z.string().describe("ISO 8601"),
  comments: z.array(z.string()).default([]).describe("What the person wrote to the shop"),
});

/** An order's id, as a model writes it. */
export const orderId = z.string().min(1).max(100).describe("As list_orders shows it");
