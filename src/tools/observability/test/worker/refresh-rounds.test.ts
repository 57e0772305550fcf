import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { refresh } from "../../../../../test/worker/grants.ts";
import { Session } from "../../../../../test/worker/mcp-client.ts";
import { TEST_ORIGIN } from "../../../../../test/worker/origin.ts";
import { play, type Refresh, type Tokens } from "../../../../../test/worker/refresh-rounds.ts";
import { createAuthorizationServer } from "../../../../engine/grants/authorization-server";
import { grantPropsSchema, tokenPropsSchema } from "../../../../engine/identity/principal";
import { protectedResources } from "../../../../engine/identity/protected-resources";
import { servicesOf } from "../../../../engine/services";
import { connectAs } from "./person.ts";
import { configOf, server as definition } from "./server.ts";
import { onLine, upstreamRefreshes } from "./upstream-line.ts";

const ROUNDS = 200;

/** It loses one nearly every time, so few will do. */
const PLAIN_ROUNDS = 20;

beforeEach(async () => onLine({ delaysMs: [1, 7, 0, 13, 4, 0, 19, 2] }));
afterEach(async () => {
  vi.useRealTimers();
  await onLine({});
});

/** Whether a token still reaches Cloudflare, which knows only its newest. */
async function isGood({ access_token }: Tokens): Promise<boolean> {
  const session = await Session.open(access_token).catch(() => undefined);
  const answer = await session?.call("accounts_list");
  return answer?.result !== undefined && answer.result.isError !== true;
}

const game = (send: Refresh) => ({
  connect: () => connectAs("alice"),
  ...{ send, isGood, upstreamRefreshes },
});

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
  const { seed, lost, asked } = await play(game(refresh), { rounds: ROUNDS, restarts: true });
  console.log(`Grant object: ${lost} of ${ROUNDS} sign-ins lost`);
  expect({ seed, lost }).toEqual({ seed, lost: 0 });
  expect({ seed, asked }).toEqual({ seed, asked: Array.from({ length: ROUNDS }, () => 1) });
}, 180_000);

it("which the plain callback does not stand", async () => {
  const { lost } = await play(game(plainCallback()), { rounds: PLAIN_ROUNDS, restarts: false });
  console.log(`Plain callback: ${lost} of ${PLAIN_ROUNDS} sign-ins lost`);
  expect(lost).toBeGreaterThan(0);
}, 180_000);
