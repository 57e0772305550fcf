import { inject } from "vitest";
import * as z from "zod";
import { type PersonId, people } from "../../dev/local-servers/people.ts";
import type { Conditions } from "../support/rough-identity-provider.ts";
import { connect } from "../worker/as-client.ts";
import { ownOf } from "../worker/own-servers.ts";

export const READ = "tickets:read projects:read reports:read delegated:read";

/** Connects a client for someone who allows it this. */
export const connectAs = (person: PersonId, scope = READ) => connect({ person, change: { scope } });

/** The id that the identity provider, and so the APIs, have for someone. */
export const subjectOf = (person: PersonId) => people.find(({ id }) => id === person)?.sub ?? "";

/** What the Worker under test reaches. */
export const servers = () => ownOf(inject("upstream"));

const control = () => servers().provider.control;

/** What the way to the identity provider is like from now on (test/support/rough-identity-provider.ts). */
export async function providerIs(conditions: Conditions): Promise<void> {
  await fetch(control(), { method: "PUT", body: JSON.stringify(conditions) });
}

/** How many refreshes have arrived there so far. */
export async function providerRefreshes(): Promise<number> {
  const counted = z.object({ refreshes: z.number() });
  return counted.parse(await (await fetch(control())).json()).refreshes;
}

/** The tokens that an API was sent so far, the last one last. */
export async function tokensAt(api: "tickets" | "projects"): Promise<string[]> {
  return z.array(z.string()).parse(await (await fetch(`${servers()[api]}/tokens`)).json());
}
