import * as z from "zod";
import {
  indexOperations,
  type Searchable,
  searchOperations,
} from "../../src/engine/openapi/search/search";

const askedSchema = z.object({
  operations: z.array(z.custom<Searchable>((value) => typeof value === "object")),
  queries: z.array(z.string()),
  /** How often each query is asked; with 0, the operations are only indexed, and with -1 not even that. */
  rounds: z.int(),
});

/** Searches as it is asked to. A Worker's clock stands still meanwhile: whoever asks measures. */
export default {
  async fetch(request: Request): Promise<Response> {
    const { operations, queries, rounds } = askedSchema.parse(await request.json());
    if (rounds < 0) return new Response("0");
    const index = indexOperations(operations);
    let found = 0;
    for (let round = 0; round < rounds; round++) {
      for (const query of queries) found += searchOperations(index, query, 8).length;
    }
    return new Response(String(found));
  },
};
