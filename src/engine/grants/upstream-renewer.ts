import { WorkerEntrypoint } from "cloudflare:workers";
import type { UpstreamTokens } from "../identity/upstream-tokens";
import { errorText } from "../lib/error-text";
import { IdentityProviderError, UpstreamGrantEnded } from "../providers/identity-provider";
import type { ServicesFor } from "../services";
import { type GrantId, grantObject } from "./grant-id";
import { type Sealed, seal } from "./sealed";

/** What became of a renewal: the person's consent has ended, or it may work later. */
export type RenewalOutcome = "renewed" | "ended" | "unavailable";

/** An object that is being replaced takes a moment until it can be reached again. */
const SETTLE_ATTEMPTS = 3;

/**
 * Asks the identity provider for new tokens, beside the grant's object and not in it. Deploys and
 * failures replace objects in the middle of what they do. An upstream with one-time refresh tokens
 * has spent the old one when it answers. If the object were gone by then, nobody would hear the answer, and
 * the sign-in would be lost. This one goes on, and puts it into the object that is there by then.
 */
export class UpstreamRenewer extends WorkerEntrypoint<Env> {
  readonly #servicesFor: ServicesFor;

  constructor(ctx: ExecutionContext, env: Env, servicesFor: ServicesFor) {
    super(ctx, env);
    this.#servicesFor = servicesFor;
  }

  /**
   * Resolves when the answer is in the grant's object (`settleRenewal`).
   *
   * @param key what the answer is sealed with.
   */
  async renew(grant: GrantId, tokens: UpstreamTokens, key: string): Promise<RenewalOutcome> {
    const work = this.#renew(grant, tokens, key);
    // Whoever has asked may have gone away.
    this.ctx.waitUntil(work);
    return work;
  }

  async #renew(grant: GrantId, tokens: UpstreamTokens, key: string): Promise<RenewalOutcome> {
    const renewed = await this.#ask(tokens).catch(outcomeOf);
    if (typeof renewed === "string") {
      await this.#settle(grant, undefined);
      return renewed;
    }
    await this.#settle(grant, await seal(key, "upstream tokens", JSON.stringify(renewed)));
    return "renewed";
  }

  async #ask(tokens: UpstreamTokens): Promise<UpstreamTokens> {
    const { authorization } = this.#servicesFor(this.env).config;
    const provider = authorization.mode === "provider" ? authorization.identityProvider : undefined;
    if (provider?.refresh === undefined) throw new UpstreamGrantEnded("Nothing renews its tokens");
    const { refreshToken } = tokens;
    // A provider that issues no other refresh token leaves the old one valid (RFC 6749, section 6).
    return {
      ...(refreshToken !== undefined && { refreshToken }),
      ...(await provider.refresh(tokens)),
    };
  }

  async #settle(grant: GrantId, sealed: Sealed | undefined): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await grantObject(this.env, grant).settleRenewal(sealed);
      } catch (error) {
        if (attempt >= SETTLE_ATTEMPTS) throw error;
      }
    }
  }
}

function outcomeOf(error: unknown): RenewalOutcome {
  if (error instanceof UpstreamGrantEnded) return "ended";
  const cause = error instanceof IdentityProviderError ? errorText(error.cause) : undefined;
  console.error({ event: "upstream_refresh_failed", error: errorText(error), cause });
  return "unavailable";
}
