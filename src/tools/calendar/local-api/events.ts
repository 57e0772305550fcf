import type { PersonId } from "../../../../dev/local-servers/people.ts";

export type CalendarEvent = { id: string; title: string; startsAt: string; endsAt: string };

/** What is in the calendars of the two people, the earliest first. New lists each time it is called. */
export function exampleEvents(): Record<PersonId, CalendarEvent[]> {
  return {
    alice: [
      event("a1", "Dentist", "2026-12-01T08:30:00Z", "2026-12-01T09:00:00Z"),
      event("a2", "Tea tasting", "2026-12-03T15:00:00Z", "2026-12-03T17:00:00Z"),
      event("a3", "Call with Bob", "2026-12-04T10:00:00Z", "2026-12-04T10:30:00Z"),
    ],
    bob: [event("b1", "Call with Alice", "2026-12-04T10:00:00Z", "2026-12-04T10:30:00Z")],
  };
}

function event(id: string, title: string, startsAt: string, endsAt: string): CalendarEvent {
  return { id, title, startsAt, endsAt };
}
