import { expect, it } from "vitest";
import { callTool } from "../../../engine/testing";
import { addEvent } from "../add-event";
import { listEvents } from "../list-events";

const event = {
  id: "a1",
  title: "Dentist",
  startsAt: "2026-12-01T08:30:00Z",
  endsAt: "2026-12-01T09:00:00Z",
};

it("list_events hands the next page's cursor on, and takes it", async () => {
  const asked: string[] = [];
  const apis = {
    calendar: (request: Request) => {
      asked.push(new URL(request.url).search);
      return Response.json({ events: [event], next: asked.length === 1 ? "a1" : null });
    },
  };
  expect(await callTool(listEvents, {}, { apis })).toMatchObject({ output: { next: "a1" } });
  const last = await callTool(listEvents, { after: "a1" }, { apis });
  expect(last).toMatchObject({ ok: true, output: { events: [event] } });
  expect(last).not.toHaveProperty("output.next");
  expect(asked).toEqual(["", "?after=a1"]);
});

it("add_event says what the calendar refuses", async () => {
  const apis = {
    calendar: () => Response.json({ title: "It ends after it starts" }, { status: 422 }),
  };
  const { id: _id, ...asked } = event;
  expect(await callTool(addEvent, asked, { apis })).toMatchObject({
    ok: false,
    message: expect.stringContaining("It ends after it starts"),
  });
});
