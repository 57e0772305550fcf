import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { type AsNpmStart, startAsNpmStart } from "../../../../../test/support/as-npm-start.ts";
import { OAuthMemory } from "../../../../../test/support/sdk-oauth.ts";
import { connectSdkV2Client, type Mode } from "../../../../../test/support/sdk-v2-client.ts";

/** What `npm start` runs: the API of helpdesk.yaml, called with tokens of the people who signed in. */

let worker: AsNpmStart;

beforeAll(async () => {
  worker = await startAsNpmStart();
  // A bound, not a measurement: the Worker may have to be built.
}, 120_000);
afterAll(() => worker?.stop());

const SCOPES = ["helpdesk:read", "helpdesk:write"];

/** A client of a person, whom it asks nothing without getting a no. */
async function open(person: "alice" | "bob", mode: Mode) {
  const memory = new OAuthMemory({ person, scopes: SCOPES });
  const { client, questions, close } = await connectSdkV2Client(
    `${worker.origin}/mcp`,
    memory,
    mode,
  );
  onTestFinished(close);
  const call = (name: string, args: Record<string, unknown> = {}) =>
    client.callTool({ name, arguments: args });
  return { client, call, questions };
}

const listSchema = z.looseObject({
  data: z.array(z.looseObject({ id: z.string(), status: z.string() })),
  next: z.looseObject({ page: z.coerce.number() }).optional(),
});
const ticketSchema = z.looseObject({ data: z.looseObject({ id: z.string() }) });

describe.each<[string, Mode]>([
  ["2025-11-25", "legacy"],
  ["2026-07-28", { pin: "2026-07-28" }],
])("the operations of a document, in MCP %s", (_era, mode) => {
  it("are listed, and page through the person's own tickets", async () => {
    const alice = await open("alice", mode);
    const { tools } = await alice.client.listTools();
    const names = tools.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["list_tickets", "create_ticket", "attach_file"]));
    const arguments_ = { status: ["open", "waiting"], labels: ["billing"], per_page: 3 };
    const first = listSchema.parse(
      (await alice.call("list_tickets", arguments_)).structuredContent,
    );
    expect(first.data).toHaveLength(3);
    expect(first.next).toMatchObject({ page: 2 });
    const second = await alice.call("list_tickets", { ...arguments_, page: first.next?.page });
    const ids = listSchema.parse(second.structuredContent).data.map(({ id }) => id);
    expect(ids.some((id) => first.data.some((ticket) => ticket.id === id))).toBe(false);

    const bob = await open("bob", mode);
    const others = listSchema.parse((await bob.call("list_tickets")).structuredContent);
    expect(others.data.every(({ id }) => id.startsWith("T-20"))).toBe(true);
    const refused = await bob.call("get_ticket", { ticket_id: first.data[0]?.id });
    expect(refused).toMatchObject({ isError: true });
  });

  it("send JSON, a merge patch, a form and a file, as the document says", async () => {
    const { call } = await open("alice", mode);
    const made = await call("create_ticket", {
      body: { subject: "It beeps", text: "All night", labels: ["noise"] },
    });
    const { id } = ticketSchema.parse(made.structuredContent).data;
    const about = { ticket_id: id };
    await call("update_ticket", { ...about, body: { status: "waiting" } });
    await call("add_comment", { ...about, body: { text: "Still & always", internal: true } });
    const base64 = Buffer.from("beep").toString("base64");
    await call("attach_file", {
      ...about,
      body: { file: { base64, filename: "beep.txt", contentType: "text/plain" } },
    });
    const read = await call("get_ticket", about);
    expect(ticketSchema.parse(read.structuredContent).data).toMatchObject({
      status: "waiting",
      comments: [{ author: "alice", text: "Still & always", internal: true }],
      attachments: [{ name: "beep.txt", content_type: "text/plain", bytes: 4 }],
    });
    const closed = await call("close_ticket", about);
    expect(closed.structuredContent).toMatchObject({ data: { status: "closed" } });
    const report = await call("tickets_per_day");
    expect(report.structuredContent).toMatchObject({
      data: expect.stringContaining("day,tickets"),
    });
  });

  it("ask before they delete, and delete nothing without a yes", async () => {
    const { call, questions } = await open("bob", mode);
    const refused = await call("delete_ticket", { ticket_id: "T-2060" });
    expect(refused).toMatchObject({ isError: true });
    expect(questions.join()).toContain("T-2060");
    expect(await call("get_ticket", { ticket_id: "T-2060" })).not.toMatchObject({ isError: true });
  });
});
