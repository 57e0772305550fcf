import type { Hono } from "hono";
import type { TokenVerifier } from "../identity/verified-tokens";

export type Handler = (
  request: Request,
  env: Env,
  ctx: ExecutionContext,
) => Response | Promise<Response>;

/** Which access tokens this server accepts, and what belongs to that: one per AUTH_MODE. */
export type Authority = {
  /** The issuers of those authorization servers (RFC 9728, `authorization_servers`). */
  readonly issuers: readonly string[];
  /** What every token must allow, besides what single tools need. */
  readonly requiredScopes: readonly string[];
  readonly validateToken: TokenVerifier;
  /** What is served to programs at exact paths. */
  readonly routes: readonly (readonly [path: string, handler: Handler])[];
  /** Where people sign in and manage their connections, if that is done here. */
  readonly login?: Hono<{ Bindings: Env }>;
};
