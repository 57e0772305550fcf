import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { tokensSchema } from "../../../../../test/worker/as-client.ts";
import { grantOf, refresh, restart } from "../../../../../test/worker/grants.ts";
import { Session } from "../../../../../test/worker/mcp-client.ts";
import { TEST_ORIGIN } from "../../../../../test/worker/origin.ts";
import { createAuthorizationServer } from "../../../../engine/grants/authorization-server";
import { grantPropsSchema, tokenPropsSchema } from "../../../../engine/identity/principal";
import { protectedResources } from "../../../../engine/identity/protected-resources";
import { servicesOf } from "../../../../engine/services";
import { seeded } from "../../local-api/random.ts";
import { connectAs } from "./person.ts";
import { configOf, server as definition } from "./server.ts";
import { onLine, upstreamRefreshes } from "./upstream-line.ts";

const ROUNDS = 200;

/** It loses one nearly every time, so few will do. */
const PLAIN_ROUNDS = 20;

/** Of our own tokens and of Cloudflare's, an hour is all but over. */
const ROUND_MS = 56 * 60_000;

/** A client gives up then, and its person has to sign in anew. */
const MAX_ATTEMPTS = 40;

type Tokens = { access_token: string; refresh_token: string; clientId: string };
type Refresh = (tokens: Tokens) => Promise<Response>;

beforeEach(async () => onLine({ delaysMs: [1, 7, 0, 13, 4, 0, 19, 2] }));
afterEach(async () => {
  vi.useRealTimers();
  await onLine({});
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** One process of a client that refreshes; undefined when it has lost its sign-in. */
async function refreshAsOneOfMany(
  tokens: Tokens,
  send: Refresh,
  { startMs, losesReply }: { startMs: number; losesReply: boolean },
): Promise<Tokens | undefined> {
  await pause(startMs);
  if (losesReply) {
    const lost = await send(tokens);
    await lost.body?.cancel();
  }
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const response = await send(tokens);
    const body: unknown = await response.json();
    if (response.ok) return { ...tokensSchema.parse(body), clientId: tokens.clientId };
    if (response.status !== 503) return undefined;
    await pause(10);
  }
  return undefined;
}

/** Whether a token still reaches Cloudflare, which knows only its newest. */
async function isGood({ access_token }: Tokens): Promise<boolean> {
  const session = await Session.open(access_token).catch(() => undefined);
  const answer = await session?.call("accounts_list");
  return answer?.result !== undefined && answer.result.isError !== true;
}

/**
 * Rounds in which 2 to 10 processes of one client refresh at once; some lose the reply, and the grant's
 * object may be replaced meanwhile.
 *
 * @returns in how many rounds a process lost its sign-in, and how often Cloudflare was asked in each round.
 */
async function play(send: Refresh, { rounds, restarts }: { rounds: number; restarts: boolean }) {
  const seed = `${Math.random()}`;
  const random = seeded(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  let tokens: Tokens = await connectAs("alice");
  let lost = 0;
  const asked: number[] = [];
  for (let round = 0; round < rounds; round++) {
    vi.useFakeTimers({ now: Date.now() + ROUND_MS, toFake: ["Date"] });
    const before = await upstreamRefreshes();
    const current = tokens;
    const processes = Array.from({ length: 2 + below(9) }, () =>
      refreshAsOneOfMany(current, send, { startMs: below(20), losesReply: random() < 0.2 }),
    );
    if (restarts && random() < 0.4) {
      await pause(below(60));
      await restart(grantOf(current));
    }
    const answers = await Promise.all(processes);
    asked.push((await upstreamRefreshes()) - before);
    const good = [...new Set(answers.map((answer) => answer?.refresh_token))];
    const [answer] = answers;
    const isLost = good.length !== 1 || answer === undefined || !(await isGood(answer));
    if (isLost) lost++;
    tokens = isLost || answer === undefined ? await connectAs("alice") : answer;
  }
  return { seed, lost, asked };
}

/** workers-oauth-provider's documented way: the callback renews the upstream token, in whatever isolate. */
function plainCallback(): Refresh {
  const { authorization } = configOf(env);
  if (authorization.mode !== "provider" || authorization.identityProvider.name !== "cloudflare") {
    throw new TypeError("The tests of this project sign in with Cloudflare");
  }
  const provider = authorization.identityProvider;
  const server = createAuthorizationServer(
    authorization,
    servicesOf(definition, configOf(env)).catalogue,
    TEST_ORIGIN,
    protectedResources(TEST_ORIGIN),
    () => false,
    async ({ props, grantId }) => {
      const grantProps = grantPropsSchema.parse(props);
      if (grantProps.upstream === undefined) throw new TypeError("There is no upstream token");
      const upstream = await provider.refresh?.(grantProps.upstream);
      const newProps = { ...grantProps, upstream };
      return { newProps, accessTokenProps: tokenPropsSchema.parse({ ...newProps, grantId }) };
    },
  );
  return async ({ refresh_token, clientId }) => {
    const body = new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token,
      client_id: clientId,
    });
    const request = new Request(`${TEST_ORIGIN}/oauth/token`, { method: "POST", body });
    // As the runtime does with what was thrown.
    return server
      .fetch(request, env, createExecutionContext())
      .catch(() => Response.json({ error: "server_error" }, { status: 500 }));
  };
}

it(`${ROUNDS} rounds of refreshes at once lose no sign-in, and ask Cloudflare once a round`, async () => {
  const { seed, lost, asked } = await play(refresh, { rounds: ROUNDS, restarts: true });
  console.log(`Grant object: ${lost} of ${ROUNDS} sign-ins lost`);
  expect({ seed, lost }).toEqual({ seed, lost: 0 });
  expect({ seed, asked }).toEqual({ seed, asked: Array.from({ length: ROUNDS }, () => 1) });
}, 180_000);

it("which the plain callback does not stand", async () => {
  const { lost } = await play(plainCallback(), { rounds: PLAIN_ROUNDS, restarts: false });
  console.log(`Plain callback: ${lost} of ${PLAIN_ROUNDS} sign-ins lost`);
  expect(lost).toBeGreaterThan(0);
}, 180_000);
