import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { refresh } from "../worker/grants.ts";
import { Session } from "../worker/mcp-client.ts";
import { play, type Tokens } from "../worker/refresh-rounds.ts";
import { connectAs, providerIs, providerRefreshes, subjectOf } from "./people.ts";

const ROUNDS = 200;

beforeEach(async () => providerIs({ delaysMs: [1, 7, 0, 13, 4, 0, 19, 2] }));
afterEach(async () => {
  vi.useRealTimers();
  await providerIs({});
});

/** Whether a token still reaches the API. The provider ends a sign-in with a refresh token that comes twice. */
async function isGood({ access_token }: Tokens): Promise<boolean> {
  const session = await Session.open(access_token).catch(() => undefined);
  const answer = await session?.use("tickets_me").catch(() => undefined);
  return answer?.subject === subjectOf("alice");
}

it(`${ROUNDS} rounds of refreshes at once lose no sign-in, and ask the provider once a round`, async () => {
  const { seed, lost, asked } = await play(
    {
      connect: () => connectAs("alice", "tickets:read"),
      send: refresh,
      isGood,
      upstreamRefreshes: providerRefreshes,
    },
    { rounds: ROUNDS, restarts: true },
  );
  console.log(`OpenID Connect: ${lost} of ${ROUNDS} sign-ins lost`);
  expect({ seed, lost }).toEqual({ seed, lost: 0 });
  expect({ seed, asked }).toEqual({ seed, asked: Array.from({ length: ROUNDS }, () => 1) });
}, 180_000);
