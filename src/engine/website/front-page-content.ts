import type { Config } from "../configuration";
import { protectedResources } from "../identity/protected-resources";
import type { Services } from "../services";
import { clientFamilyOf } from "../telemetry/client-family";
import { type ClientSetup, clientSetups } from "./client-setup";

/** What the front page says, in either format: HTML for people, Markdown for agents. */
export type FrontPageContent = {
  readonly serverName: string;
  /** What it is for, in the words of its definition, if it has any. */
  readonly description: string | undefined;
  /** Where this server is reached, without a trailing slash. */
  readonly origin: string;
  /** The address for clients, and the one for clients that support only server-sent events. */
  readonly mcpUrl: string;
  readonly sseUrl: string;
  /** Where people see and end what they connected; undefined where they sign in elsewhere. */
  readonly connectionsUrl: string | undefined;
  /** Completes "You sign in …", such as "with GitHub". */
  readonly signIn: string;
  /** The tools that everybody may know of, by what they are about. */
  readonly groups: readonly PublicGroup[];
  /** The app that the page is shown in, if there is one, comes first. */
  readonly setups: readonly ClientSetup[];
  /** That app. */
  readonly shownIn: string | undefined;
};

export type PublicGroup = { readonly title: string; readonly tools: readonly PublicTool[] };

/** A tool as everybody may know it. */
export type PublicTool = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
};

/** The apps that are browsers as well. */
const APPS = { claude: "Claude", chatgpt: "ChatGPT", cursor: "Cursor", vscode: "VS Code" } as const;

/**
 * Gathers the public facts about this server.
 *
 * @param origin where this server is reached, without a trailing slash.
 * @param userAgent of whoever asks: only the order of the apps depends on it.
 * @throws TypeError when the origin could not stand in a command line as it is.
 */
export function frontPageContent(
  { config, catalogue, description }: Pick<Services, "config" | "catalogue" | "description">,
  origin: string,
  userAgent: string | null = null,
): FrontPageContent {
  const family = clientFamilyOf([], userAgent);
  const shownIn = Object.entries(APPS).find(([app]) => app === family)?.[1];
  const all = clientSetups(config.serverName, protectedResources(origin).mcp);
  const groups = catalogue.groups.flatMap(({ title, tools }) => {
    const known = tools.filter((tool) => tool.forEveryone);
    return known.length === 0 ? [] : [{ title, tools: known }];
  });
  const { mcp: mcpUrl, sse: sseUrl } = protectedResources(origin);
  return {
    serverName: config.serverName,
    description,
    origin,
    mcpUrl,
    sseUrl,
    connectionsUrl: config.authorization.mode === "provider" ? `${origin}/connections` : undefined,
    signIn: signInOf(config.authorization),
    groups,
    setups: all.toSorted((one, other) => rank(one, shownIn) - rank(other, shownIn)),
    shownIn,
  };
}

const rank = ({ client }: ClientSetup, first: string | undefined) => (client === first ? 0 : 1);

/** Here with an identity provider, or at the external server that issues the tokens. */
function signInOf(authorization: Config["authorization"]): string {
  if (authorization.mode === "provider")
    return `with ${authorization.identityProvider.displayName}`;
  const hosts = new Set(authorization.issuers.map((issuer) => new URL(issuer).host));
  return `at ${[...hosts].join(" or ")}`;
}

/** What the server is for, in a sentence. */
export function purposeOf({ description, serverName }: FrontPageContent): string {
  return description ?? `${serverName} lets an AI app such as Claude work for you.`;
}
