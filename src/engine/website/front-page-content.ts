import type { Config } from "../configuration";
import { protectedResources } from "../identity/protected-resources";
import type { Services } from "../services";
import type { AnyTool } from "../tools/define-tool";
import { type ClientSetup, clientSetups } from "./client-setup";

/** What the front page says, in either format: HTML for people, Markdown for agents. */
export type FrontPageContent = {
  readonly serverName: string;
  /** Where this server is reached, without a trailing slash. */
  readonly origin: string;
  /** The address for clients, and the one for clients that support only server-sent events. */
  readonly mcpUrl: string;
  readonly sseUrl: string;
  /** Where people see and end what they connected; undefined where they sign in elsewhere. */
  readonly connectionsUrl: string | undefined;
  /** Completes "You sign in …", such as "with GitHub". */
  readonly signIn: string;
  readonly tools: readonly PublicTool[];
  readonly setups: readonly ClientSetup[];
};

/** A tool as everybody may know it. */
export type PublicTool = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** What calls of it can need: all of these, or, as a calculator's operations do, one each. */
  readonly scopes: readonly string[];
};

/**
 * Gathers the public facts about this server.
 *
 * @param origin where this server is reached, without a trailing slash.
 * @throws TypeError when the origin could not stand in a command line as it is.
 */
export function frontPageContent(
  { config, catalogue }: Pick<Services, "config" | "catalogue">,
  origin: string,
): FrontPageContent {
  const { mcp: mcpUrl, sse: sseUrl } = protectedResources(origin);
  return {
    serverName: config.serverName,
    origin,
    mcpUrl,
    sseUrl,
    connectionsUrl: config.authorization.mode === "provider" ? `${origin}/connections` : undefined,
    signIn: signInOf(config.authorization),
    tools: catalogue.allTools.filter((tool) => tool.forEveryone).map(publicTool),
    setups: clientSetups(config.serverName, mcpUrl),
  };
}

function publicTool({ name, title, description, allScopes: scopes }: AnyTool): PublicTool {
  return { name, title, description, scopes };
}

/** Here with an identity provider, or at the external server that issues the tokens. */
function signInOf(authorization: Config["authorization"]): string {
  if (authorization.mode === "provider")
    return `with ${authorization.identityProvider.displayName}`;
  const hosts = new Set(authorization.issuers.map((issuer) => new URL(issuer).host));
  return `at ${[...hosts].join(" or ")}`;
}
