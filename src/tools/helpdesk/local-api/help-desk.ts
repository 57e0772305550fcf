import { readFileSync } from "node:fs";
import * as z from "zod";
import {
  type Answer,
  type ApiCall,
  type BearerApi,
  problem,
  startBearerApi,
} from "../../../../dev/local-apis/bearer-api.ts";
import type { PersonId } from "../../../../dev/local-servers/people.ts";
import { exampleTickets, type Ticket } from "./tickets.ts";

/**
 * Starts the API that helpdesk.yaml describes, and serves that document at /openapi.yaml. It takes the tokens that
 * the authorization server issues for it, and no others, and shows each person their own tickets.
 *
 * @param options.port 0 takes a free one.
 * @param options.issuerOf gives the authorization server's issuer; it may start after this.
 * @throws Error when the port is taken.
 */
export function startHelpDesk(options: {
  port: number;
  issuerOf: () => string;
}): Promise<BearerApi> {
  const document = readFileSync(new URL("./helpdesk.yaml", import.meta.url), "utf8");
  const desk = { tickets: exampleTickets(), opened: new Map<string, Ticket>() };
  return startBearerApi({
    ...options,
    name: "help desk",
    scopeFor: (method) => (method === "GET" ? "helpdesk:read" : "helpdesk:write"),
    answer: ({ id }, call) => operate(desk, id, call),
    open: ({ pathname }) =>
      pathname === "/openapi.yaml"
        ? { status: 200, body: document, headers: { "Content-Type": "application/yaml" } }
        : undefined,
  });
}

type Desk = { readonly tickets: Record<PersonId, Ticket[]>; readonly opened: Map<string, Ticket> };

const noSuchOperation = problem(405, "There is no such operation");

/** Somebody else's tickets are as good as none. */
async function operate(desk: Desk, person: PersonId, call: ApiCall): Promise<Answer> {
  const { method, url } = call;
  if (method === "GET" && url.pathname === "/v1/reports/tickets-per-day") {
    return perDay(desk.tickets[person]);
  }
  const address = /^\/v1\/tickets(?:\/([^/:]+)(?:[/:](comments|attachments|close))?)?$/;
  const found = address.exec(url.pathname);
  if (found === null) return problem(404, "There is nothing here");
  const [, id, part] = found;
  if (id === undefined) {
    if (method === "GET") return pageOf(desk.tickets[person], url);
    return method === "POST" ? openTicket(desk, person, call) : noSuchOperation;
  }
  const ticket = desk.tickets[person].find((candidate) => candidate.id === decodeURIComponent(id));
  if (ticket === undefined) return problem(404, `There is no ticket ${id}`);
  if (part !== undefined)
    return method === "POST" ? act(ticket, part, person, call) : noSuchOperation;
  if (method === "GET") return { status: 200, body: ticket };
  if (method === "PATCH") return change(ticket, call.body);
  if (method !== "DELETE") return noSuchOperation;
  desk.tickets[person] = desk.tickets[person].filter((candidate) => candidate !== ticket);
  return { status: 204 };
}

const querySchema = z.object({
  per_page: z.coerce.number().int().min(1).max(50).default(20),
  page: z.coerce.number().int().min(1).default(1),
});

function pageOf(own: readonly Ticket[], url: URL): Answer {
  const query = querySchema.safeParse(Object.fromEntries(url.searchParams));
  if (!query.success) return problem(422, "per_page is 1 to 50, and page at least 1");
  const { per_page: size, page } = query.data;
  const states = url.searchParams.getAll("status");
  const labels = url.searchParams.get("labels")?.split("|") ?? [];
  const from = url.searchParams.get("created[from]") ?? "";
  const to = url.searchParams.get("created[to]") ?? "9";
  const matching = own.filter(
    (ticket) =>
      (states.length === 0 || states.includes(ticket.status)) &&
      labels.every((label) => ticket.labels.includes(label)) &&
      ticket.created_at.slice(0, 10) >= from &&
      ticket.created_at.slice(0, 10) <= to,
  );
  const next = new URL(url);
  next.searchParams.set("page", String(page + 1));
  return {
    status: 200,
    body: matching.slice((page - 1) * size, page * size).map((ticket) => listed(ticket, url)),
    ...(matching.length > page * size && { headers: { Link: `<${next}>; rel="next"` } }),
  };
}

/** A list has its tickets without what people wrote below them. */
function listed({ comments: _, attachments: __, ...ticket }: Ticket, url: URL) {
  return { ...ticket, url: `${url.origin}/v1/tickets/${encodeURIComponent(ticket.id)}` };
}

const label = z.string().min(1).max(30);
const newTicketSchema = z.object({
  subject: z.string().min(1).max(120),
  text: z.string().min(1).max(5_000),
  labels: z.array(label).max(10).default([]),
  due: z.iso.date().nullable().default(null),
});

/** One that was opened with the same key is not opened again (draft-ietf-httpapi-idempotency-key-header). */
function openTicket(desk: Desk, person: PersonId, { body, idempotencyKey }: ApiCall): Answer {
  const asked = newTicketSchema.safeParse(body);
  if (!asked.success) return problem(422, z.prettifyError(asked.error));
  const key = `${person} ${idempotencyKey ?? desk.opened.size}`;
  const ticket = desk.opened.get(key) ?? {
    ...asked.data,
    id: `T-${3_000 + desk.opened.size}`,
    status: "open",
    created_at: new Date().toISOString(),
    closed_at: null,
    comments: [],
    attachments: [],
  };
  if (!desk.opened.has(key)) desk.tickets[person].unshift(ticket);
  desk.opened.set(key, ticket);
  return { status: 201, body: ticket };
}

const changeSchema = z.object({
  ...newTicketSchema.omit({ text: true }).partial().shape,
  status: z.exactOptional(z.enum(["open", "waiting", "closed"])),
});

/** RFC 7396. */
function change(ticket: Ticket, body: unknown): Answer {
  const asked = changeSchema.safeParse(body);
  if (!asked.success) return problem(422, z.prettifyError(asked.error));
  const sent = z.looseObject({}).parse(body);
  const { subject = ticket.subject, labels, due, status } = asked.data;
  ticket.subject = subject;
  if ("labels" in sent && labels !== undefined) ticket.labels = labels;
  if ("due" in sent && due !== undefined) ticket.due = due;
  if (status !== undefined) setStatus(ticket, status);
  return { status: 200, body: ticket };
}

function setStatus(ticket: Ticket, status: Ticket["status"]): void {
  ticket.status = status;
  ticket.closed_at = status === "closed" ? new Date().toISOString() : null;
}

const commentSchema = z.object({
  text: z.string().min(1).max(2_000),
  internal: z.enum(["true", "false"]).default("false"),
});

async function act(
  ticket: Ticket,
  action: string,
  author: PersonId,
  call: ApiCall,
): Promise<Answer> {
  if (action === "close") {
    setStatus(ticket, "closed");
    return { status: 200, body: ticket };
  }
  const form = await call.form().catch(() => new FormData());
  const created_at = new Date().toISOString();
  if (action === "comments") {
    const asked = commentSchema.safeParse(Object.fromEntries(form));
    if (!asked.success) return problem(422, z.prettifyError(asked.error));
    const { text, internal } = asked.data;
    const comment = { author, text, internal: internal === "true", created_at };
    ticket.comments.push(comment);
    return { status: 201, body: comment };
  }
  const file = form.get("file");
  if (!(file instanceof File)) return problem(422, "file must be a file");
  const caption = form.get("caption");
  const attachment = {
    name: file.name,
    content_type: file.type,
    bytes: file.size,
    caption: typeof caption === "string" ? caption : null,
  };
  ticket.attachments.push(attachment);
  return { status: 201, body: attachment };
}

function perDay(own: readonly Ticket[]): Answer {
  const counts = Map.groupBy(own, ({ created_at }) => created_at.slice(0, 10));
  const lines = [...counts].map(([day, tickets]) => `${day},${tickets.length}`);
  return {
    status: 200,
    body: ["day,tickets", ...lines, ""].join("\n"),
    headers: { "Content-Type": "text/csv" },
  };
}
