// Imports here end in .ts, because dev/ runs this file in Node.js as it is.
import { isLoopback } from "../config/variables.ts";
import { command, type Paste } from "./paste.ts";

/**
 * How to connect one client: what to copy and where to. We write all of its sentences, with `code` in
 * backticks and no other Markdown; what depends on the server is in `paste` and `install`.
 */
export type ClientSetup = {
  /** As people know the client. */
  readonly client: string;
  /** Where `paste` goes: a sentence that ends in a colon. */
  readonly where: string;
  readonly paste: Paste;
  /** What is left to do then. */
  readonly next: string;
  /** Addresses that open the client with everything filled in. It asks the person before it adds anything. */
  readonly install?: {
    /** A page of the client's maker, for where only https addresses are links. */
    readonly web: string;
    /** The app itself, by a scheme of its own. */
    readonly app?: string;
  };
  /** Why this client cannot connect to this server as it is. */
  readonly obstacle?: string;
};

/** The server to connect to. */
type Server = {
  /** `SERVER_NAME`, for people. */
  readonly name: string;
  /** What its entry in a configuration file is called. */
  readonly entry: string;
  readonly url: string;
  readonly isLocal: boolean;
};

/**
 * How to connect each documented client, in the order in which people look for them.
 *
 * @param serverName the operator's name for this server.
 * @param mcpUrl the protected resource `<origin>/mcp`.
 * @throws TypeError when the host of `mcpUrl` could not stand in a command line as it is.
 */
export function clientSetups(serverName: string, mcpUrl: string): readonly ClientSetup[] {
  const { hostname } = new URL(mcpUrl);
  const server: Server = {
    name: serverName,
    entry: slug(serverName) || slug(hostname),
    url: mcpUrl,
    isLocal: isLoopback(hostname),
  };
  return [
    claude(server),
    chatGpt(server),
    cursor(server),
    vsCode(server),
    claudeCode(server),
    claudeDesktop(server),
    mcpRemote(server),
    inspector(server),
  ];
}

/** https://claude.com/docs/connectors/building/directory-vs-custom has the link. */
function claude({ name, url, isLocal }: Server): ClientSetup {
  const web =
    "https://claude.ai/customize/connectors?modal=add-custom-connector" +
    `&connectorName=${percentEncoded(name)}&connectorUrl=${percentEncoded(url)}`;
  return {
    client: "Claude",
    where:
      "On the web or in the app, under Customize, Connectors, choose + and Add custom connector. The address is:",
    paste: { kind: "address", text: url },
    next: "Then choose Connect. In a team, an owner has to add it first.",
    ...(isLocal ? { obstacle: outOfReach("Claude") } : { install: { web } }),
  };
}

/** https://developers.openai.com/api/docs/guides/custom-mcp-server */
function chatGpt({ url, isLocal }: Server): ClientSetup {
  return {
    client: "ChatGPT",
    where:
      "On `chatgpt.com/plugins`, choose + and Add custom MCP server, with OAuth. The server URL is:",
    paste: { kind: "address", text: url },
    next: "Then choose Create as a plugin. If you have no such entry, turn on developer mode in ChatGPT’s settings.",
    ...(isLocal && { obstacle: outOfReach("ChatGPT") }),
  };
}

/** https://cursor.com/docs/mcp/install-links; its "web link" puts the same query on cursor.com. */
function cursor({ entry, url }: Server): ClientSetup {
  const config = percentEncoded(btoa(JSON.stringify({ url })));
  const query = `name=${percentEncoded(entry)}&config=${config}`;
  return {
    client: "Cursor",
    where: "In `.cursor/mcp.json` of a project, or in `~/.cursor/mcp.json` for all of them:",
    paste: { kind: "json", value: { mcpServers: { [entry]: { url } } } },
    next: "Then switch it on and sign in, under Customize, MCPs.",
    install: {
      web: `https://cursor.com/en/install-mcp?${query}`,
      app: `cursor://anysphere.cursor-deeplink/mcp/install?${query}`,
    },
  };
}

/**
 * https://code.visualstudio.com/docs/copilot/guides/mcp-developer-guide has the link. The redirect is
 * the one that VS Code's team names (arcadeai-labs/smithery-cli#76); the other known form,
 * `vscode.dev/redirect/mcp/install`, answers 400 (microsoft/work-iq#150).
 */
function vsCode({ entry, url }: Server): ClientSetup {
  const transport = { type: "http", url };
  const app = `vscode:mcp/install?${percentEncoded(JSON.stringify({ name: entry, ...transport }))}`;
  return {
    client: "VS Code",
    where: "In `.vscode/mcp.json`, or in the file that MCP: Open User Configuration opens:",
    paste: { kind: "json", value: { servers: { [entry]: transport } } },
    next: "Then choose Start above the entry, and sign in.",
    install: { web: `https://insiders.vscode.dev/redirect?url=${percentEncoded(app)}`, app },
  };
}

/** https://code.claude.com/docs/en/mcp: options stand before the name. */
function claudeCode({ entry, url }: Server): ClientSetup {
  return {
    client: "Claude Code",
    where: "In a terminal; with `--scope user` it is for all your projects:",
    paste: command("claude", "mcp", "add", "--transport", "http", entry, url),
    next: "Then sign in with `/mcp` in a session.",
  };
}

/** https://github.com/geelen/mcp-remote */
function claudeDesktop({ entry, url }: Server): ClientSetup {
  const args = ["-y", "mcp-remote", url];
  return {
    client: "Claude Desktop",
    where:
      "Under Settings, Developer, Edit Config opens `claude_desktop_config.json`, where this goes:",
    paste: { kind: "json", value: { mcpServers: { [entry]: { command: "npx", args } } } },
    next: "Then quit Claude Desktop and start it again. This way needs Node.js, and reaches a server on your own computer too.",
  };
}

function mcpRemote({ url }: Server): ClientSetup {
  return {
    client: "mcp-remote",
    where: "For a client that can only start programs, the program is:",
    paste: command("npx", "-y", "mcp-remote", url),
    next: "It opens your browser to sign in. It needs Node.js.",
  };
}

/** https://github.com/modelcontextprotocol/inspector */
function inspector({ url }: Server): ClientSetup {
  const name = "@modelcontextprotocol/inspector";
  return {
    client: "MCP Inspector",
    where: "In a terminal, to try the tools by hand:",
    paste: command("npx", name, "--transport", "http", "--server-url", url),
    next: "Then choose Connect on the page that opens. It needs Node.js.",
  };
}

function outOfReach(client: string): string {
  return `${client} connects from its maker’s servers, which cannot reach an address on this computer. Deploy this server first.`;
}

/** Lower-case letters, digits and single hyphens, as every client takes them; may be empty. */
function slug(text: string): string {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
}

/** Also what encodeURIComponent leaves and Markdown would take for the end of a link (RFC 3986, section 2.2). */
function percentEncoded(text: string): string {
  const hex = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, hex);
}
