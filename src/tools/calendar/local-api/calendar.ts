import * as z from "zod";
import { type Answer, type ApiCall, problem } from "../../../../dev/local-apis/bearer-api.ts";
import { type ConnectedApi, startConnectedApi } from "../../../../dev/local-apis/connected-api.ts";
import { type CalendarEvent, exampleEvents } from "./events.ts";

const PAGE_SIZE = 2;

/**
 * Starts a made-up calendar on this machine, which people connect: GET and POST /v1/events.
 *
 * @param options.accessTokenSeconds how long an access token lasts.
 * @throws Error when the port is taken.
 */
export function startCalendar(options: {
  port: number;
  origins: readonly string[];
  stateDir?: string;
  accessTokenSeconds?: number;
}): Promise<ConnectedApi> {
  const events = exampleEvents();
  const added = new Map<string, CalendarEvent>();
  return startConnectedApi({
    accessTokenSeconds: 3_600,
    ...options,
    name: "the calendar",
    redirectUris: options.origins.map((origin) => `${origin}/connect/calendar/callback`),
    path: "/v1/",
    scopes: ["events.read", "events.write"],
    scopeFor: (method) => (method === "POST" ? "events.write" : "events.read"),
    answer: ({ id }, call) => operate(events[id], added, call),
  });
}

const newEventSchema = z.object({
  title: z.string().min(1),
  startsAt: z.iso.datetime({ offset: true }),
  endsAt: z.iso.datetime({ offset: true }),
});

/** @param added events by the idempotency key that they were added with. */
function operate(
  own: CalendarEvent[],
  added: Map<string, CalendarEvent>,
  { method, url, body, idempotencyKey }: ApiCall,
): Answer {
  if (url.pathname !== "/v1/events") return problem(404, "There is nothing here");
  if (method === "GET") return { status: 200, body: pageOf(own, url.searchParams.get("after")) };
  if (method !== "POST") return problem(405, "There is no such operation");
  const asked = newEventSchema.safeParse(body);
  if (!asked.success || Date.parse(asked.data.startsAt) >= Date.parse(asked.data.endsAt)) {
    return problem(422, "An event has a title, and ends after it starts");
  }
  const earlier = idempotencyKey === undefined ? undefined : added.get(idempotencyKey);
  if (earlier !== undefined && own.includes(earlier)) return { status: 201, body: earlier };
  const event = { id: `n${added.size + 1}`, ...asked.data };
  own.push(event);
  own.sort((one, other) => Date.parse(one.startsAt) - Date.parse(other.startsAt));
  added.set(idempotencyKey ?? event.id, event);
  return { status: 201, body: event };
}

function pageOf(own: readonly CalendarEvent[], after: string | null) {
  const start = own.findIndex(({ id }) => id === after) + 1;
  const events = own.slice(start, start + PAGE_SIZE);
  const hasMore = start + PAGE_SIZE < own.length;
  return { events, next: hasMore ? events.at(-1)?.id : null };
}
