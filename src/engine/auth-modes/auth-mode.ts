import type { Hono } from "hono";
import type { TokenVerifier } from "../identity/verified-tokens";

export type Handler = (
  request: Request,
  env: Env,
  ctx: ExecutionContext,
) => Response | Promise<Response>;

/** Whose access tokens this server accepts, and what belongs to that: one for each AUTH_MODE. */
export type Authority = {
  /** The issuers of those authorization servers (RFC 9728, `authorization_servers`). */
  readonly issuers: readonly string[];
  /** What every token must allow, besides what single tools need. */
  readonly requiredScopes: readonly string[];
  readonly validateToken: TokenVerifier;
  /** What programs find under exact paths. */
  readonly routes: readonly (readonly [path: string, handler: Handler])[];
  /** Where people sign in, and look after what they connected, if that is done here. */
  readonly login?: Hono<{ Bindings: Env }>;
};
