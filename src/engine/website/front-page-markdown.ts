import type { ClientSetup } from "./client-setup";
import type { FrontPageContent, PublicTool } from "./front-page-content";
import { codeBlock, codeSpan, markdownText } from "./markdown";
import { pasteText } from "./paste";

/**
 * The front page for agents, in the format of https://llmstxt.org: a heading, a summary, details
 * without further headings, and then sections that are lists of links.
 */
export function frontPageMarkdown(content: FrontPageContent): string {
  const { origin, mcpUrl, sseUrl, connectionsUrl, tools, setups } = content;
  const name = markdownText(content.serverName);
  const signIn = markdownText(content.signIn);
  const oneClick = setups.flatMap(({ client, install }) =>
    install === undefined ? [] : [link(`Add to ${client}`, install.web, "everything is filled in")],
  );
  const blocks = [
    `# ${name}`,
    `> ${name} is a remote MCP server. AI apps use its tools for a person, who signs in ${signIn} and chooses what the app may do.`,
    `The address for clients is ${codeSpan(mcpUrl)} (Streamable HTTP). A client that only supports server-sent events uses ${codeSpan(sseUrl)}.`,
    "Access uses OAuth 2.1. The client finds the authorization server on its own and opens a browser for the person to sign in. There is no key to copy.",
    tools.length === 0
      ? "No tools are set up yet."
      : "Tools, and the scopes that their calls can need:",
    ...(tools.length === 0 ? [] : [tools.map(toolItem).join("\n")]),
    ...setups.flatMap(setupBlocks),
    ...(oneClick.length === 0 ? [] : ["## Add it with one click", oneClick.join("\n")]),
    ...(connectionsUrl === undefined
      ? []
      : [
          "## For people",
          link(
            "Your connected apps",
            connectionsUrl,
            "what each app may do and did, and how to end its access",
          ),
        ]),
    "## For programs",
    [
      link(
        "Protected resource metadata",
        `${origin}/.well-known/oauth-protected-resource/mcp`,
        "where to get tokens, and the scopes to ask for first (RFC 9728)",
      ),
      link("Health", `${origin}/health`, "name and version, as JSON"),
    ].join("\n"),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function toolItem({ name, title, description, scopes }: PublicTool): string {
  const needed = scopes.length === 0 ? "none" : scopes.map(codeSpan).join(", ");
  return `- ${codeSpan(name)} (${markdownText(title)}): ${markdownText(description)} Scopes: ${needed}`;
}

const LANGUAGES = { json: "json", command: "sh", address: "text" } as const;

/** The sentences of a set-up are Markdown as they are. */
function setupBlocks({ client, where, paste, next, obstacle }: ClientSetup): string[] {
  return [
    `**${client}.** ${obstacle === undefined ? "" : `${obstacle} `}${where}`,
    codeBlock(pasteText(paste), LANGUAGES[paste.kind]),
    next,
  ];
}

/** @param url ours: percent-encoded, so that nothing in it ends the link. */
function link(text: string, url: string, notes: string): string {
  return `- [${text}](${url}): ${notes}`;
}
