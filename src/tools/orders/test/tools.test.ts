import { expect, it } from "vitest";
import { callTool } from "../../../engine/testing";
import { listOrders } from "../list-orders";
import { placeOrder } from "../place-order";

const order = { id: "A-1", item: "Sencha", quantity: 1, status: "open", placedAt: "2026-11-19" };

it("list_orders hands the next page's cursor on, and takes it", async () => {
  const asked: string[] = [];
  const apis = {
    orders: (request: Request) => {
      asked.push(new URL(request.url).search);
      return Response.json({ orders: [order], next: asked.length === 1 ? "A-1" : null });
    },
  };
  expect(await callTool(listOrders, {}, { apis })).toMatchObject({ output: { next: "A-1" } });
  const last = await callTool(listOrders, { after: "A-1" }, { apis });
  expect(last).toMatchObject({ ok: true, output: { orders: [order] } });
  expect(last).not.toHaveProperty("output.next");
  expect(asked).toEqual(["", "?after=A-1"]);
});

it("place_order sends the same key again after a failure that passes", async () => {
  const keys: (string | null)[] = [];
  const apis = {
    orders: (request: Request) => {
      keys.push(request.headers.get("idempotency-key"));
      return keys.length === 1
        ? new Response(null, { status: 503, headers: { "retry-after": "0" } })
        : Response.json(order, { status: 201 });
    },
  };
  const result = await callTool(placeOrder, { item: "Sencha", quantity: 1 }, { apis });
  expect(result).toMatchObject({ ok: true, output: { id: "A-1" } });
  expect(keys).toHaveLength(2);
  expect(keys[0]).toBe(keys[1]);
  expect(keys[0]).toMatch(/./);
});
