import { defineToolset } from "../../engine/tools/define-toolset";
import { addEvent } from "./add-event";
import { calendarApi } from "./api";
import { listEvents } from "./list-events";

/** An example of tools for a service that each person connects (CALENDAR_URL). */
export const calendar = defineToolset({
  name: "calendar",
  apis: [calendarApi],
  scopes: [
    { name: "calendar:read", description: "See the events in your calendar", baseline: true },
    { name: "calendar:write", description: "Add events to your calendar", baseline: false },
  ],
  tools: [listEvents, addEvent],
});
