import type { ClientSetup } from "./client-setup";
import { type FrontPageContent, type PublicTool, purposeOf } from "./front-page-content";
import { codeBlock, codeSpan, markdownText } from "./markdown";
import { pasteText } from "./paste";

/**
 * The front page for agents, in the format of https://llmstxt.org: a heading, a summary, details
 * without further headings, and then sections that are lists of links.
 */
export function frontPageMarkdown(content: FrontPageContent): string {
  const { origin, mcpUrl, sseUrl, connectionsUrl, groups, setups } = content;
  const name = markdownText(content.serverName);
  const signIn = markdownText(content.signIn);
  const oneClick = setups.flatMap(({ client, install }) =>
    install === undefined ? [] : [link(`Add to ${client}`, install.web, "everything is filled in")],
  );
  const blocks = [
    `# ${name}`,
    `> ${markdownText(purposeOf(content))} It is a remote MCP server: an AI app uses its tools for you, after you sign in ${signIn} and choose what the app may do.`,
    `The address for clients is ${codeSpan(mcpUrl)} (Streamable HTTP). A client that only supports server-sent events uses ${codeSpan(sseUrl)}.`,
    "Access uses OAuth 2.1. The client finds the authorization server on its own and opens a browser for the person to sign in. There is no key to copy.",
    ...(groups.length === 0 ? ["No tools are set up yet."] : ["What it can do:"]),
    ...groups.flatMap(({ title, tools }) => [
      `**${markdownText(title)}**`,
      tools.map(toolItem).join("\n"),
    ]),
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

function toolItem({ name, title, description }: PublicTool): string {
  return `- ${markdownText(title)} (${codeSpan(name)}): ${markdownText(description)}`;
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
