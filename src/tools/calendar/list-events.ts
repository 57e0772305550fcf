import * as z from "zod";
import { defineTool } from "../../engine/tools/define-tool";
import { calendarApi } from "./api";
import { eventSchema } from "./event";

const pageSchema = z.object({ events: z.array(eventSchema), next: z.string().nullish() });

export const listEvents = defineTool({
  name: "list_events",
  title: "List your events",
  description: "Lists the events in the person's calendar, the earliest first, one page at a time.",
  scopes: ["calendar:read"],
  input: z.object({
    after: z.string().max(200).optional().describe("`next` from the previous page"),
  }),
  output: z.object({
    events: z.array(eventSchema),
    next: z.string().optional().describe("Pass it as `after` to get the next page"),
  }),
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  async run({ after }, { api }) {
    const page = await api(calendarApi).request({
      path: ["events"],
      query: { after },
      answer: pageSchema,
    });
    return { events: page.events, ...(page.next != null && { next: page.next }) };
  },
});
