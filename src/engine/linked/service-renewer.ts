import { WorkerEntrypoint } from "cloudflare:workers";
import type { ServiceConnection } from "../config";
import { errorText } from "../lib/error-text";
import { type LinkId, linkObject } from "./link-id";
import type { ServiceTokens } from "./link-rows";
import { renewedTokens, revokeTokens } from "./service-client";
import { logServiceFailure } from "./service-failure";

/** What became of a renewal: the service has ended the access, or it may work later. */
export type RenewalOutcome = "renewed" | "ended" | "unavailable";

/** An object that is being replaced takes a moment until it can be reached again. */
const SETTLE_ATTEMPTS = 3;

/**
 * Asks a service for new tokens, beside the link's object and not in it, for the reason that
 * grants/upstream-renewer.ts gives: the answer must not be lost with an object that is replaced.
 */
export class ServiceRenewer extends WorkerEntrypoint<Env> {
  /** Resolves when the answer is in the link's object (`settle`). */
  async renew(
    id: LinkId,
    linkId: string,
    tokens: ServiceTokens & { refreshToken: string },
    connection: ServiceConnection,
  ): Promise<RenewalOutcome> {
    const work = this.#renew(id, linkId, tokens, connection);
    // Whoever has asked may have gone away.
    this.ctx.waitUntil(work);
    return work;
  }

  async #renew(
    id: LinkId,
    linkId: string,
    tokens: ServiceTokens & { refreshToken: string },
    connection: ServiceConnection,
  ): Promise<RenewalOutcome> {
    const answer = await renewedTokens(connection, tokens).catch((error: unknown) => {
      logServiceFailure(connection, error);
      return undefined;
    });
    const renewed = answer === "ended" ? undefined : answer;
    const isKept = await this.#settle(id, linkId, renewed);
    if (renewed === undefined) return answer === "ended" ? "ended" : "unavailable";
    if (isKept) return "renewed";
    // The person ended the link meanwhile; what came for it must not stay valid.
    await revokeTokens(connection, renewed).catch((error: unknown) => {
      logServiceFailure(connection, error);
    });
    return "ended";
  }

  async #settle(id: LinkId, linkId: string, tokens: ServiceTokens | undefined): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await linkObject(this.env, id).settle(linkId, tokens);
      } catch (error) {
        if (attempt >= SETTLE_ATTEMPTS) throw error;
        console.warn({ event: "service_settle_again", error: errorText(error) });
      }
    }
  }
}
