import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { type AsNpmStart, startAsNpmStart } from "../../../../../test/support/as-npm-start.ts";
import { connectSdkClient, OAuthMemory } from "../../../../../test/support/sdk-oauth.ts";

/** What `npm start` runs: people sign in at the local identity provider, and tools call the API with its tokens. */

let worker: AsNpmStart;

beforeAll(async () => {
  worker = await startAsNpmStart();
  // A bound, not a measurement: the Worker may have to be built.
}, 120_000);
afterAll(() => worker?.stop());

const pageSchema = z.object({
  orders: z.array(z.object({ id: z.string() })),
  next: z.string().optional(),
});

/** @param memory what the client remembers of its sign-in. */
async function useAs(memory: OAuthMemory) {
  const { client, close } = await connectSdkClient(`${worker.origin}/mcp`, memory);
  onTestFinished(close);
  return async (name: string, args: Record<string, unknown> = {}) => {
    const result = await client.callTool({ name, arguments: args });
    expect(result.isError, JSON.stringify(result.content)).not.toBe(true);
    return result.structuredContent;
  };
}
/** Signs in, and allows the client all that the toolset has. */
const signsIn = (person: "alice" | "bob") =>
  new OAuthMemory({ person, scopes: ["orders:read", "orders:write"] });

it("shows each person their own orders, page by page, and keeps on after a restart", async () => {
  const memories = {
    alice: signsIn("alice"),
    bob: signsIn("bob"),
  };
  const idsOf = (page: unknown) => pageSchema.parse(page).orders.map(({ id }) => id);
  const alice = await useAs(memories.alice);
  const bob = await useAs(memories.bob);
  const first = await alice("list_orders");
  expect(idsOf(first)).toEqual(["A-1042", "A-1038", "A-1021"]);
  expect(idsOf(await alice("list_orders", { after: pageSchema.parse(first).next }))).toEqual([
    "A-1007",
  ]);
  expect(idsOf(await bob("list_orders"))).toEqual(["B-2003", "B-1990"]);

  await worker.restart();
  expect(idsOf(await (await useAs(memories.bob))("list_orders"))).toEqual(["B-2003", "B-1990"]);
});

it("places, comments on and cancels an order, and lets nobody reach another's", async () => {
  const alice = await useAs(signsIn("alice"));
  const placed = z
    .object({ id: z.string() })
    .parse(await alice("place_order", { item: "Sencha, 100 g", quantity: 2 }));
  const { id } = placed;
  const commented = await alice("comment_on_order", { id, text: "Please ring twice" });
  expect(commented).toMatchObject({ comments: ["Please ring twice"] });
  expect(await alice("cancel_order", { id })).toMatchObject({ status: "cancelled" });
  const bob = signsIn("bob");
  const { client, close } = await connectSdkClient(`${worker.origin}/mcp`, bob);
  onTestFinished(close);
  const refused = await client.callTool({ name: "get_order", arguments: { id } });
  expect(refused._meta).toMatchObject({ "gatehouse/error-code": "upstream_not_found" });
});
