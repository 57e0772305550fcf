import { env } from "cloudflare:workers";
import { inject } from "vitest";
import * as z from "zod";
import { type PersonId, people } from "../../dev/local-servers/people.ts";
import { userIdOf } from "../../src/engine/identity/user-id";
import { linkObject } from "../../src/engine/linked/link-id";
import { connect } from "../worker/as-client.ts";
import { type PersonsBrowser, type ShownPage, signedIn } from "../worker/as-person.ts";
import { type Answer, post, Session } from "../worker/mcp-client.ts";
import { ownOf } from "../worker/own-servers.ts";

export const SCOPE = "tracker:read";

export type Api = keyof ReturnType<typeof trackersOf>;
const trackersOf = () => ownOf(inject("linked")).origins;

const seenSchema = z.object({
  grants: z.array(z.string()),
  revocations: z.number(),
  tokens: z.array(z.string()),
});

/** What the service has seen since {@link faults}. */
export async function seenAt(api: Api) {
  const response = await fetch(`${trackersOf()[api]}/control`);
  return seenSchema.parse(await response.json());
}

/** Sets what goes wrong at the service from now on: nothing, unless told. */
export async function faults(api: Api, wrong: Record<string, string> = {}): Promise<void> {
  const body = JSON.stringify(wrong);
  await fetch(`${trackersOf()[api]}/control`, { method: "PUT", body });
}

/** Nobody has connected anything, and nothing goes wrong. */
export async function startAfresh(): Promise<void> {
  const { issuer } = inject("identityProvider");
  for (const api of ["tracker", "calendar"] as const) {
    await faults(api);
    for (const { sub: subject } of people) {
      const userId = await userIdOf({ issuer, subject });
      await linkObject(env, { userId, api }).end();
    }
  }
}

/** A client of a person, with a token for the tools of services. */
export const clientOf = (person: PersonId, clientId?: string, scope = SCOPE) =>
  connect({ person, change: { scope }, ...(clientId !== undefined && { clientId }) });

/** A session of MCP 2025-11-25, whose client opens addresses for its person or does not. */
export async function sessionOf(token: string, elicitation?: object): Promise<Session> {
  const { response } = await post(token, {
    jsonrpc: "2.0",
    id: "init",
    method: "initialize",
    params: {
      protocolVersion: "2025-11-25",
      capabilities: elicitation === undefined ? {} : { elicitation },
      clientInfo: { name: "worker-test", version: "1" },
    },
  });
  const id = response.headers.get("mcp-session-id");
  if (id === null) throw new Error(`No session: ${response.status}`);
  const session = new Session(id, token);
  await session.send({ jsonrpc: "2.0", method: "notifications/initialized" });
  return session;
}

const failedSchema = z.object({
  isError: z.literal(true),
  content: z.tuple([z.object({ text: z.string() })]),
  _meta: z.object({ "gatehouse/error-code": z.string() }),
});

/** The code and the text of a call that failed. */
export function failureOf({ result }: Answer): { code: string; text: string } {
  const { content, _meta } = failedSchema.parse(result);
  return { code: _meta["gatehouse/error-code"], text: content[0].text };
}

/** The address that a failed call names, as a path. */
export function linkIn(text: string): string {
  const url = /https?:\/\/\S+/.exec(text)?.[0];
  if (url === undefined) throw new Error(`No address in: ${text}`);
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** Calls a tool that is not connected. @returns the link that its person gets. */
export async function linkFor(token: string, tool = "tracker_me"): Promise<string> {
  return linkIn(failureOf(await (await sessionOf(token)).call(tool)).text);
}

/** Opens a link, goes on to the service, and comes back as one of its people. */
export async function follow(
  browser: PersonsBrowser,
  link: string,
  there: PersonId | "nobody",
): Promise<ShownPage> {
  const asked = await browser.open(link);
  const chooser = await goOn(browser, await browser.submit(asked, asked.address.pathname));
  const press =
    there === "nobody" ? { name: "cancel", value: "yes" } : { name: "person", value: there };
  return browser.submit(chooser, chooser.page.forms[0]?.action.pathname ?? "", { press });
}

/** Follows the page that sends a browser on. */
export function goOn(browser: PersonsBrowser, { page }: ShownPage): Promise<ShownPage> {
  const onward = page.links.get("continue");
  if (onward === undefined) throw new Error(`“${page.heading}” leads nowhere`);
  return browser.open(onward.href);
}

/** A client of a person who has connected a service for it. */
export async function connected(
  person: PersonId,
  there: PersonId = person,
  tool = "tracker_me",
  scope = SCOPE,
) {
  const client = await clientOf(person, undefined, scope);
  const browser = await signedIn(person);
  const shown = await follow(browser, await linkFor(client.access_token, tool), there);
  if (!shown.page.heading.endsWith("is connected")) throw new Error(shown.page.heading);
  return { ...client, browser };
}
