import type { PersonId } from "../../../../dev/local-servers/people.ts";

export type Order = {
  id: string;
  item: string;
  quantity: number;
  status: "open" | "shipped" | "cancelled";
  placedAt: string;
  comments: string[];
};

/** What the two people of the examples have ordered, newest first. A new list each time it is called. */
export function exampleOrders(): Record<PersonId, Order[]> {
  return {
    alice: [
      order("A-1042", "Oolong tea, 250 g", 2, "open", "2026-11-19T08:12:00Z"),
      order("A-1038", "Teapot, cast iron", 1, "shipped", "2026-11-11T17:40:00Z"),
      order("A-1021", "Matcha whisk", 1, "shipped", "2026-10-28T10:05:00Z"),
      order("A-1007", "Sencha, 100 g", 4, "cancelled", "2026-10-02T06:30:00Z"),
    ],
    bob: [
      order("B-2003", "Espresso beans, 1 kg", 1, "open", "2026-11-20T14:22:00Z"),
      order("B-1990", "Paper filters, 100", 3, "shipped", "2026-11-03T09:00:00Z"),
    ],
  };
}

function order(
  id: string,
  item: string,
  quantity: number,
  status: Order["status"],
  placedAt: string,
): Order {
  return { id, item, quantity, status, placedAt, comments: [] };
}
