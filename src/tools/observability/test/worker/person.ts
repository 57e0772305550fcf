import { inject, onTestFinished, vi } from "vitest";
import * as z from "zod";
import type { PersonId } from "../../../../../dev/local-servers/people.ts";
import { connect } from "../../../../../test/worker/as-client.ts";
import { type Answer, Session } from "../../../../../test/worker/mcp-client.ts";
import { ownOf } from "../../../../../test/worker/own-servers.ts";

/** The stand-in that the Worker under test reaches. */
export const cloudflare = () => ownOf(inject("cloudflare"));

export const SCOPE = "accounts:read workers:read observability:read";

/** Connects a client for someone who signs in with Cloudflare. */
export const connectAs = (person: PersonId) => connect({ person, change: { scope: SCOPE } });

/** A session of someone who signs in with Cloudflare. */
export async function sessionOf(person: PersonId): Promise<Session> {
  return Session.open((await connectAs(person)).access_token);
}

/** What the clock shows at {@link atNoon}. What the stand-in has logged by then never changes. */
export const NOON = "2026-02-10T12:00:00.000Z";

/** Stops the Worker's clock for the rest of the test. Sign in before: tokens live by the real one. */
export function atNoon(): void {
  vi.useFakeTimers({ now: Date.parse(NOON), toFake: ["Date"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}

/** The text that a model reads, of a result that is no error. */
export function textOf({ result, error }: Answer): string {
  const parsed = z
    .object({
      content: z.tuple([z.object({ text: z.string() })]),
      isError: z.literal(false).optional(),
    })
    .safeParse(result);
  if (!parsed.success) throw new Error(JSON.stringify({ result, error }));
  return parsed.data.content[0].text;
}

/** Tells the stand-in what to do (local-api/stand-in.ts). */
export async function standIn(
  what: "revoke" | "expire" | "fault",
  body: { person: PersonId } & Record<string, unknown>,
): Promise<void> {
  const response = await fetch(`${cloudflare().origin}/stand-in/${what}`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`The stand-in answered ${response.status} to ${what}`);
}

const requestsSchema = z.array(
  z.object({ method: z.string(), path: z.string(), isCancelled: z.boolean() }),
);

/** What the API was asked as this person, so far. */
export async function requestsOf(person: PersonId): Promise<z.infer<typeof requestsSchema>> {
  const url = `${cloudflare().origin}/stand-in/requests?person=${person}`;
  return requestsSchema.parse(await (await fetch(url)).json());
}
