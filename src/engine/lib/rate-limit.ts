import { errorText } from "./error-text";

/** The rate limiting bindings of wrangler.jsonc, where their numbers are. */
export type LimitName =
  | "TOOL_CALLS_PER_PERSON"
  | "TOOL_CALLS_PER_CLIENT"
  | "REQUESTS_PER_PERSON"
  | "SESSIONS_PER_PERSON"
  | "REGISTRATIONS_PER_ADDRESS"
  | "SIGN_INS_PER_ADDRESS"
  | "TOKEN_REQUESTS_PER_ADDRESS";

/** Each may be missing, whatever the generated type says: operators remove those that they do not want. */
type Limiters = Pick<Env, "OAUTH_KV"> & { readonly [Name in LimitName]?: RateLimit };

/**
 * The value of `Retry-After`. A binding reveals neither its period nor how much of it is left, so this is
 * the longest possible period: nobody who waits that long comes too early.
 */
export const RETRY_AFTER_SECONDS = 60;

/**
 * Counts one use and returns whether it is within the limit.
 *
 * It fails open: a limit protects from overload and authorizes nothing, so a limiter that is down
 * must not take the server down with it.
 *
 * @param key who or what is counted; each key has its own count.
 */
export async function withinLimit(
  limiters: Limiters,
  name: LimitName,
  key: string,
): Promise<boolean> {
  try {
    const outcome = await limiters[name]?.limit({ key });
    if (outcome === undefined || outcome.success) return true;
  } catch (error) {
    console.error({ event: "rate_limiter_failed", limit: name, error: errorText(error) });
    return true;
  }
  // Without the key: addresses stay out of the log.
  console.warn({ event: "rate_limited", limit: name });
  return false;
}
