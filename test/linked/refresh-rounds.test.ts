import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { seeded } from "../../dev/stand-ins/cloudflare/random.ts";
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

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it(`${ROUNDS} rounds of calls at once, with the object replaced in the middle, lose no connection`, async () => {
  const seed = `${Math.random()}`;
  const random = seeded(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const { access_token, clientId } = await connected("alice");
  const userId = access_token.split(":")[0] ?? "";
  const config = configOf(env);
  const api = config.apis.get(trackerApi);
  if (api?.connection === undefined) throw new Error("There is no such API");
  const { connection } = api;
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
    if (random() < 0.4) {
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
