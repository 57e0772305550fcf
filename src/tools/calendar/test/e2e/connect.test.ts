import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { type Arrival, ScriptlessBrowser } from "../../../../../dev/browser/scriptless-browser.ts";
import type { PersonId } from "../../../../../dev/local-servers/people.ts";
import { type AsNpmStart, startAsNpmStart } from "../../../../../test/support/as-npm-start.ts";
import {
  connectSdkClient,
  mustBeRefused,
  OAuthMemory,
} from "../../../../../test/support/sdk-oauth.ts";

/** What `npm start` runs: people sign in at the local identity provider, and connect the calendar. */

let worker: AsNpmStart;

beforeAll(async () => {
  worker = await startAsNpmStart();
  // A bound, not a measurement: the Worker may have to be built.
}, 120_000);
afterAll(() => worker?.stop());

type Page = Extract<Arrival, { kind: "page" }>;

/** A person's browser. */
class Person {
  readonly #browser = new ScriptlessBrowser(() => false);
  readonly #id: PersonId;

  constructor(id: PersonId) {
    this.#id = id;
  }

  async open(address: string | URL): Promise<Page> {
    return pageOf(await this.#browser.open(new URL(address)));
  }

  /** Presses the one button of a page, or the one with this value. */
  async press(shown: Page, value?: string): Promise<Page> {
    const forms = shown.page.forms.filter(
      ({ buttons }) => value === undefined || buttons.some((button) => button.value === value),
    );
    const [form] = forms;
    if (form === undefined) throw new Error(`No form for ${value} on “${shown.page.heading}”`);
    const press = value === undefined ? {} : { press: { name: "person", value } };
    return pageOf(await this.#browser.submit(form, press, shown.address));
  }

  /** Opens the address that a tool led to, signs in here, goes on to the calendar, and comes back from there. */
  async connect(link: string): Promise<Page> {
    let shown = await this.open(link);
    const signIn = shown.page.links.get("sign-in");
    if (signIn !== undefined) shown = await this.press(await this.open(signIn), this.#id);
    const onward = (await this.press(shown)).page.links.get("continue");
    if (onward === undefined) throw new Error(`“${shown.page.heading}” leads nowhere`);
    return this.press(await this.open(onward), this.#id);
  }
}

function pageOf(arrival: Arrival): Page {
  if (arrival.kind !== "page") throw new Error(`Left to ${arrival.address.origin}`);
  return arrival;
}

const eventsSchema = z.object({
  events: z.array(z.object({ title: z.string() })),
  next: z.string().optional(),
});
const titlesIn = (result: unknown) => eventsSchema.parse(result).events.map(({ title }) => title);

const scopes = ["calendar:read", "calendar:write"];

it("asks a person to connect the calendar, in words; it survives a restart, and ends at /connections", async () => {
  const memory = new OAuthMemory({ person: "bob", scopes });
  const bob = new Person("bob");
  const use = async () => {
    const { client, close } = await connectSdkClient(`${worker.origin}/mcp`, memory);
    onTestFinished(close);
    return (name: string, args = {}) => client.callTool({ name, arguments: args });
  };
  const call = await use();
  const refused = await call("list_events");
  expect(refused).toMatchObject({
    isError: true,
    _meta: { "gatehouse/error-code": "connection_required" },
  });
  const link = /http:\S+/.exec(JSON.stringify(refused.content))?.[0]?.replace(/["\\].*/, "") ?? "";
  expect((await bob.connect(link)).page.heading).toBe("Example Calendar is connected");
  expect(titlesIn((await call("list_events")).structuredContent)).toEqual(["Call with Alice"]);
  const times = { startsAt: "2026-12-02T08:00:00Z", endsAt: "2026-12-02T09:00:00Z" };
  const added = await call("add_event", { title: "Espresso", ...times });
  expect(added.structuredContent).toMatchObject({ title: "Espresso", ...times });

  await worker.restart();
  const again = await use();
  const both = ["Espresso", "Call with Alice"];
  expect(titlesIn((await again("list_events")).structuredContent)).toEqual(both);

  const list = await bob.open(`${worker.origin}/connections`);
  const end = list.page.forms.find(({ action }) => action.pathname.endsWith("/calendar/end"));
  expect(end).toBeDefined();
  const ended = await bob.press({ ...list, page: { ...list.page, forms: end ? [end] : [] } });
  expect(ended.page.text).toContain("has ended the access on its side");
  expect(await again("list_events")).toMatchObject({ isError: true });
});

it("leads a client of 2026-07-28 there, whose call goes on by itself", async () => {
  const memory = new OAuthMemory({ person: "alice", scopes });
  const alice = new Person("alice");
  const headings: string[] = [];
  const transport = () =>
    new StreamableHTTPClientTransport(new URL(`${worker.origin}/mcp`), { authProvider: memory });
  const newClient = () => {
    const client = new Client(
      { name: "calendar-test", version: "1" },
      {
        versionNegotiation: { mode: { pin: "2026-07-28" } },
        capabilities: { elicitation: { url: {} } },
      },
    );
    client.setRequestHandler("elicitation/create", async ({ params }) => {
      const { url } = z.object({ url: z.url() }).parse(params);
      headings.push((await alice.connect(url)).page.heading);
      return { action: "accept" };
    });
    return client;
  };
  const first = transport();
  await mustBeRefused(newClient().connect(first));
  await first.finishAuth(memory.takeAnswer().parameters);
  const client = newClient();
  await client.connect(transport());
  onTestFinished(() => client.close());
  const { structuredContent } = await client.callTool({ name: "list_events", arguments: {} });
  expect(headings).toEqual(["Example Calendar is connected"]);
  expect(titlesIn(structuredContent)).toEqual(["Dentist", "Tea tasting"]);
});
