import type { Context, Hono } from "hono";
import type { Child } from "hono/jsx";
import type { ServiceConnection } from "./config";
import type { Principal } from "./identity/principal";
import type { Signatures } from "./lib/signatures";
import type { TokenSource } from "./upstream/token-source";

/**
 * Parts of the engine that only some servers need. The definition imports those that it uses and hands them over;
 * everything else here knows their types alone, so that the bundle of a server without one has none of it.
 */
export type Features = {
  /** What `access: { by: "connection" }` needs: import it from `engine/connected-services`. */
  readonly connectedServices?: ConnectedServices;
};

/** Services that people connect with accounts of their own there (docs/connected-services.md). */
export type ConnectedServices = {
  /**
   * Tokens for the calls of one request.
   *
   * @param principal from the request's verified token.
   * @param sessionSecret SESSION_SECRET, which signs the links to the page that connects.
   */
  tokens(
    env: Env,
    principal: Principal,
    sessionSecret: string,
  ): (connection: ServiceConnection) => TokenSource;
  /** Waits until the person has connected a service for their client, at most so long. */
  allowedWithin(
    env: Env,
    principal: Principal,
    connection: ServiceConnection,
    milliseconds: number,
  ): Promise<void>;
  /** The pages under `/connect`. */
  pages(options: ConnectPagesOptions): Hono<{ Bindings: Env }>;
  /** What one person has connected. @param userId from their browser session. */
  ofPerson(userId: string, env: Env, connections: readonly ServiceConnection[]): PersonsServices;
};

export type ConnectPagesOptions = {
  readonly serverName: string;
  /** Who signs people in here. */
  readonly identityProviderName: string;
  readonly origin: string;
  readonly connections: readonly ServiceConnection[];
  readonly signatures: Signatures;
  /** Who is signed in in a browser (account/browser-session.ts). */
  readonly sessions: { of(c: Context): Promise<SignedIn | undefined> };
};

/** A person who is signed in in their browser. */
export type SignedIn = {
  readonly userId: string;
  readonly name: string;
  readonly cookie: string;
};

/** The services that one person connected. Nobody else's can be reached by it, whatever a request names. */
export type PersonsServices = {
  /** For the page /connections. @param formToken proves that a form is of that page. */
  section(formToken: string): Promise<Child>;
  /**
   * Ends one here in any case, and at the service where that can be done (RFC 7009).
   *
   * @returns undefined when it is not connected.
   */
  end(api: string): Promise<{ service: string; isRevoked: boolean } | undefined>;
};
