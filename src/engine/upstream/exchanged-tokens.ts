import { waitUntil } from "cloudflare:workers";

export type ExchangedToken = {
  readonly accessToken: string;
  /** Absent when the server did not say, and then the token is for one use. */
  readonly expiresInSeconds: number | undefined;
};

const MAX_ENTRIES = 1_000;
/** A token is given out only while it lives this much longer: a call takes time, and clocks differ. */
const SKEW_MS = 30_000;
/** How long a caller waits for an exchange that another request has begun, before it makes its own. */
const EXCHANGE_TIMEOUT_MS = 10_000;

/**
 * Keeps tokens in the memory of an isolate, which serves many people: so each is found only by a key
 * that names everything it was issued for. Callers of one key at one time make one exchange; the
 * request that began it is kept alive until it is done (`waitUntil`), and should it be lost all the
 * same, those who wait for it go on by themselves. A failure is not kept.
 */
export class ExchangedTokens {
  readonly #tokens = new Map<string, { accessToken: string; endsAtMs: number }>();
  readonly #flights = new Map<string, Promise<string>>();

  /** @throws whatever `exchange` throws. */
  async get(key: string, exchange: () => Promise<ExchangedToken>): Promise<string> {
    const kept = this.#tokens.get(key);
    if (kept !== undefined && Date.now() < kept.endsAtMs - SKEW_MS) return kept.accessToken;
    this.#tokens.delete(key);
    const flight = this.#flights.get(key);
    const answer = flight && (await withinTime(flight));
    return answer ?? this.#start(key, exchange);
  }

  /** Forgets a token that turned out to be no good, unless a newer one is there already. */
  forget(key: string, accessToken: string): void {
    if (this.#tokens.get(key)?.accessToken === accessToken) this.#tokens.delete(key);
  }

  #start(key: string, exchange: () => Promise<ExchangedToken>): Promise<string> {
    const flight = exchange().then(({ accessToken, expiresInSeconds }) => {
      if (expiresInSeconds !== undefined) {
        this.#tokens.set(key, { accessToken, endsAtMs: Date.now() + expiresInSeconds * 1_000 });
        this.#dropOldest();
      }
      return accessToken;
    });
    this.#flights.set(key, flight);
    const landed = flight
      .catch(() => undefined)
      .then(() => {
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
      });
    waitUntil(landed);
    return flight;
  }

  /** A Map is iterated in the order of insertion. */
  #dropOldest(): void {
    for (const key of this.#tokens.keys()) {
      if (this.#tokens.size <= MAX_ENTRIES) return;
      this.#tokens.delete(key);
    }
  }
}

/** @returns undefined when the flight takes too long: the request that began it may be gone. */
async function withinTime(flight: Promise<string>): Promise<string | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), EXCHANGE_TIMEOUT_MS);
  try {
    return await Promise.race([flight, late]);
  } finally {
    clearTimeout(timer);
  }
}
