import type { UpstreamApi } from "../config";
import { challengeFacts } from "./challenge-facts";
import { UpstreamError } from "./upstream-error";

const MAX_ENTRIES = 1_000;
/** An operator who looks later than at the first call must find it, too. */
const LOG_AGAIN_MS = 10 * 60_000;

/**
 * Which tokens an API has taken. The 401 of an API to a token that it took before says that the person's consent
 * has ended; to one that it never took, that somebody set up the wrong audience or scopes: every new sign-in
 * would meet the same.
 *
 * It is known in the memory of this isolate, because no call should write. What another isolate has seen is not
 * known here: then a consent that was taken back is reported as if something were set up wrong, and the grant
 * goes on until its next refresh, where the provider, who knows, ends it. So what is not known ends nothing.
 */
export class TakenTokens {
  readonly #taken = new Set<string>();
  readonly #loggedAtMs = new Map<string, number>();

  add(api: UpstreamApi, accessToken: string): void {
    const key = keyOf(api, accessToken);
    if (this.#taken.has(key)) return;
    this.#taken.add(key);
    // A Set is iterated in the order of insertion.
    for (const oldest of this.#taken) {
      if (this.#taken.size <= MAX_ENTRIES) return;
      this.#taken.delete(oldest);
    }
  }

  has(api: UpstreamApi, accessToken: string): boolean {
    return this.#taken.has(keyOf(api, accessToken));
  }

  /**
   * The failure of a call with a token that the API never took, and for the operator a line in the log with
   * what the API said.
   *
   * @param challenge the API's header WWW-Authenticate.
   */
  neverTaken(api: UpstreamApi, challenge: string | null): UpstreamError {
    const lastMs = this.#loggedAtMs.get(api.name) ?? 0;
    if (Date.now() - lastMs >= LOG_AGAIN_MS) {
      this.#loggedAtMs.set(api.name, Date.now());
      console.error({
        event: "upstream_token_not_taken",
        api: api.name,
        ...challengeFacts(challenge),
      });
    }
    const { displayName } = api;
    return new UpstreamError(
      "misconfigured",
      `${displayName} does not accept the access that was got for it. Most likely this server is not set up for ` +
        `${displayName} as it should be, which its operator has to change: the log has what ${displayName} said. If ` +
        "you took the permission back there yourself, connect this server again.",
    );
  }
}

function keyOf({ name }: UpstreamApi, accessToken: string): string {
  return JSON.stringify([name, accessToken]);
}
