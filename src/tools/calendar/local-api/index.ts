import type { ConnectionApi } from "../../../../dev/local-apis/local-api.ts";
import { startCalendar } from "./calendar.ts";

/** The calendar on this machine. Nobody has connected it at first. */
export const localApi: ConnectionApi = {
  by: "connection",
  name: "the calendar",
  async start({ port, origins, stateDir }) {
    const calendar = await startCalendar({ port, origins, stateDir });
    return {
      origin: calendar.origin,
      vars: {
        CALENDAR_URL: `${calendar.origin}/v1`,
        CALENDAR_ISSUER: calendar.origin,
        CALENDAR_CLIENT_ID: calendar.clientId,
        CALENDAR_CLIENT_SECRET: calendar.clientSecret,
      },
      stop: calendar.stop,
    };
  },
  examples: {
    about: "Tools for another service, which each person connects in their browser",
    calls: [{ tool: "list_events", person: "alice" }],
  },
};
