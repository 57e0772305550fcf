import { waitUntil } from "cloudflare:workers";
import { errorText } from "./error-text";
import { type ErrorCode, GatehouseError } from "./gatehouse-error";

/** A value of another server could not be fetched, and none is cached. */
export class ValueUnavailable extends GatehouseError {
  override readonly name = "ValueUnavailable";
  override readonly code = "remote_value_unavailable" satisfies ErrorCode;
}

export type RemoteValueOptions<Value> = {
  /** Fetches the value, with up to four requests of at most {@link REQUEST_TIMEOUT_MS} each. */
  readonly load: () => Promise<Value>;
  readonly freshMs: number;
  /** How long after that the value may still be used while it cannot be fetched again. */
  readonly staleMs: number;
  /** How often {@link RemoteValue.renewed} may fetch; 30 seconds if anybody can trigger it. */
  readonly renewIntervalMs?: number;
};

export type RemoteValue<Value> = {
  /** @throws ValueUnavailable */
  get(): Promise<Value>;
  /**
   * The current value at its source, for when the cached one lacks what was looked for. It is fetched at
   * most once in `renewIntervalMs`, however many ask.
   *
   * @throws ValueUnavailable when it cannot be fetched: that the cached one lacks it is then no answer.
   */
  renewed(): Promise<Value>;
};

export const REQUEST_TIMEOUT_MS = 5_000;
/** No load takes longer; one that seems to has lost the request that started it. */
const LOAD_LIMIT_MS = 4 * REQUEST_TIMEOUT_MS;
const RENEW_INTERVAL_MS = 30_000;
/** Short, so that an outage ends here soon after it ends there. */
const RETRY_INTERVAL_MS = 5_000;

/**
 * Caches what another server publishes, such as its metadata or its keys.
 *
 * Whatever happens there, callers here get an answer within bounded time, and not each of them sends a
 * request: those who come while one is under way wait for the same answer. An isolate's
 * requests may share a promise only while the request that started it lives, so that one is kept alive
 * (`waitUntil`), and the others wait no longer than it may take.
 */
export function remoteValue<Value>(options: RemoteValueOptions<Value>): RemoteValue<Value> {
  const { load, freshMs, staleMs, renewIntervalMs = RENEW_INTERVAL_MS } = options;
  let kept: { value: Value; atMs: number } | undefined;
  let flight: { done: Promise<Value>; startedAtMs: number } | undefined;
  let failedAtMs = Number.NEGATIVE_INFINITY;

  const ageMs = () => (kept === undefined ? Number.POSITIVE_INFINITY : Date.now() - kept.atMs);

  function start(): Promise<Value> {
    const startedAtMs = Date.now();
    const done = load().then(
      (value) => {
        kept = { value, atMs: Date.now() };
        return value;
      },
      (error: unknown) => {
        failedAtMs = Date.now();
        console.error({ event: "authority_unreachable", error: errorText(error) });
        throw error;
      },
    );
    flight = { done, startedAtMs };
    const landed = done
      .catch(() => undefined)
      .then(() => {
        if (flight?.done === done) flight = undefined;
      });
    waitUntil(landed);
    return done;
  }

  /** @param maxAgeMs how old a value may be that replaces one that cannot be fetched. */
  async function renew(maxAgeMs: number): Promise<Value> {
    const now = Date.now();
    try {
      if (flight !== undefined && now - flight.startedAtMs < LOAD_LIMIT_MS) {
        return await withinTime(flight.done);
      }
      if (now - failedAtMs >= RETRY_INTERVAL_MS) return await start();
    } catch {
      // It was logged once, where it failed.
    }
    if (kept !== undefined && ageMs() < maxAgeMs) return kept.value;
    throw new ValueUnavailable("The other server did not provide the value");
  }

  return {
    get: async () =>
      kept !== undefined && ageMs() < freshMs ? kept.value : renew(freshMs + staleMs),
    renewed: async () => (kept !== undefined && ageMs() < renewIntervalMs ? kept.value : renew(0)),
  };
}

async function withinTime<Value>(work: Promise<Value>): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("It took too long")), LOAD_LIMIT_MS);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
