import { vi } from "vitest";
import { seeded } from "../support/seeded.ts";
import { tokensSchema } from "./as-client.ts";
import { grantOf, restart } from "./grants.ts";

/** Of our own tokens and of the upstream's, an hour is all but over. */
const ROUND_MS = 56 * 60_000;

/** A client gives up then, and its person has to sign in anew. */
const MAX_ATTEMPTS = 40;

export type Tokens = { access_token: string; refresh_token: string; clientId: string };
export type Refresh = (tokens: Tokens) => Promise<Response>;

/** What the rounds are played with: an upstream that takes each of its refresh tokens once. */
export type Game = {
  connect(): Promise<Tokens>;
  send: Refresh;
  /** Whether a token still reaches the upstream's API. */
  isGood(tokens: Tokens): Promise<boolean>;
  /** How many refreshes have arrived at the upstream so far. */
  upstreamRefreshes(): Promise<number>;
};

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

/**
 * Rounds in which 2 to 10 processes of one client refresh at once; some lose the reply, and the grant's
 * object may be replaced meanwhile.
 *
 * @returns in how many rounds a process lost its sign-in, and how often the upstream was asked in each round.
 */
export async function play(
  { connect, send, isGood, upstreamRefreshes }: Game,
  { rounds, restarts }: { rounds: number; restarts: boolean },
) {
  const seed = `${Math.random()}`;
  const random = seeded(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  let tokens: Tokens = await connect();
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
    tokens = isLost || answer === undefined ? await connect() : answer;
  }
  return { seed, lost, asked };
}
