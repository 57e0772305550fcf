import { defineApi } from "../../engine/config/define-api";
import { defineService } from "../../engine/config/define-service";

/** A calendar that has nothing to do with where people sign in: each person connects an account of theirs there. */
const calendarService = defineService({
  displayName: "Example Calendar",
  issuer: "https://calendar.example",
  scopes: [
    { name: "events.read", description: "See the events in your calendar" },
    { name: "events.write", description: "Add events to your calendar" },
  ],
});

/** The calendar's API (CALENDAR_URL). */
export const calendarApi = defineApi({
  name: "calendar",
  variables: "CALENDAR",
  access: { by: "connection", service: calendarService },
});
