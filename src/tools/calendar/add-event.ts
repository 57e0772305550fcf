import * as z from "zod";
import { defineTool } from "../../engine/tools/define-tool";
import { calendarApi } from "./api";
import { eventSchema } from "./event";

export const addEvent = defineTool({
  name: "add_event",
  title: "Add an event",
  description: "Adds an event to the person's calendar.",
  scopes: ["calendar:write"],
  input: z.object({
    title: z.string().min(1).max(200),
    startsAt: z.iso.datetime({ offset: true }),
    endsAt: z.iso.datetime({ offset: true }).describe("After startsAt"),
  }),
  output: eventSchema,
  annotations: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: true,
  },
  run: (event, { api }) =>
    api(calendarApi).request({
      method: "POST",
      path: ["events"],
      body: event,
      // The calendar adds it once, however often the request has to be sent.
      idempotencyKey: crypto.randomUUID(),
      answer: eventSchema,
    }),
});
