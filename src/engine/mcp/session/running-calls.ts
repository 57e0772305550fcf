import type { Principal } from "../../identity/principal";
import { ToolError } from "../../tools/define-tool";

/** What a call needs to know about its caller. */
type Authority = Pick<Principal, "grantId" | "scopes">;

/**
 * The calls of a session that have not ended. Each keeps the scopes that it began with, however long it waits
 * for its person's answer; so it is stopped if they are narrowed meanwhile.
 */
export class RunningCalls {
  readonly #calls = new Set<{ authority: Authority; abort: AbortController }>();

  /**
   * @param call gets a signal that is aborted with the request's, and by {@link abortBeyond} with a ToolError as
   *   its reason.
   */
  async run<Result>(
    authority: Authority,
    signal: AbortSignal,
    call: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const running = { authority, abort: new AbortController() };
    this.#calls.add(running);
    try {
      return await call(AbortSignal.any([signal, running.abort.signal]));
    } finally {
      this.#calls.delete(running);
    }
  }

  /** Aborts the calls of a grant that have scopes beyond these. */
  abortBeyond(grantId: string, scopes: readonly string[]): void {
    for (const { authority, abort } of this.#calls) {
      const hasMore = authority.scopes.some((scope) => !scopes.includes(scope));
      if (authority.grantId === grantId && hasMore) abort.abort(new ToolError(NARROWED));
    }
  }
}

const NARROWED =
  "The call was stopped: the user has taken permissions away from this app while it was running.";
