import * as z from "zod";

/** An event as the API returns it. Fields that it adds later are ignored. */
export const eventSchema = z.object({
  id: z.string(),
  title: z.string(),
  startsAt: z.string().describe("ISO 8601"),
  endsAt: z.string().describe("ISO 8601"),
});
