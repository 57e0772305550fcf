import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { connectionOf } from "../../src/engine/config";
import { linkObject } from "../../src/engine/linked/link-id";
import { linkedTokens } from "../../src/engine/linked/linked-tokens";
import { trackerApi } from "../fixture/tracker";
import { minutes, pass } from "../worker/browser-sign-in.ts";
import { TEST_ORIGIN } from "../worker/origin.ts";
import { configOf } from "../worker/server.ts";
import { connected, faults, seenAt, startAfresh } from "./service.ts";

const ROUNDS = 200;

beforeEach(startAfresh);
afterEach(() => vi.useRealTimers());

/** Numbers below a limit, the same for a seed (a linear congruential generator, of Numerical Recipes). */
function belowFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it(`${ROUNDS} rounds of calls at once, with the object replaced in the middle, lose no connection`, async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  const below = belowFrom(seed);
  const { access_token, clientId } = await connected("alice");
  const userId = access_token.split(":")[0] ?? "";
  const config = configOf(env);
  const api = config.apis.get(trackerApi);
  const connection = api && connectionOf(api);
  if (api === undefined || connection === undefined) throw new Error("There is no such API");
  const principal = {
    ...{ userId, clientId, clientName: "Test client", scopes: [], expiresAtSeconds: 0 },
    identity: { issuer: "https://idp.example", subject: "alice" },
    resource: `${TEST_ORIGIN}/mcp`,
  };
  await faults("tracker");
  const found: { tokens: number; renewals: number }[] = [];
  let before = 0;
  for (let round = 0; round < ROUNDS; round++) {
    pass(minutes(12));
    const calls = Array.from({ length: 2 + below(9) }, async () => {
      await pause(below(20));
      return linkedTokens(env, principal, config.sessionSecret)(connection).accessToken(api);
    });
    if (below(10) < 4) {
      await pause(below(30));
      const link = linkObject(env, { userId, api: connection.api });
      await runInDurableObject(link, (_object, state) => state.abort("replaced")).catch(
        () => undefined,
      );
    }
    const tokens = new Set(await Promise.all(calls));
    const { grants } = await seenAt("tracker");
    found.push({ tokens: tokens.size, renewals: grants.length - before });
    before = grants.length;
  }
  const one = { tokens: 1, renewals: 1 };
  expect({ seed, found }).toEqual({ seed, found: Array.from({ length: ROUNDS }, () => one) });
}, 180_000);
