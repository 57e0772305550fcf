import { people } from "./people.ts";

/** What `npm start` says when all is up: where the server is, and how to use it from each client. */
export function startGuide(options: { origin: string; hasLocalIdentityProvider: boolean }): string {
  const { origin, hasLocalIdentityProvider } = options;
  const url = `${origin}/mcp`;
  const args = ["-y", "mcp-remote", url];
  const desktop = { mcpServers: { gatehouse: { command: "npx", args } } };
  const cursor = { mcpServers: { gatehouse: { url } } };
  const inspector = "npx @modelcontextprotocol/inspector";
  const lines = [
    "Gatehouse is running. Ctrl+C ends it; its data stay for the next start (--fresh starts empty).",
    "",
    `  MCP       ${url}`,
    `  SSE       ${origin}/sse   (for older clients)`,
    `  Website   ${origin}`,
    ...(hasLocalIdentityProvider
      ? people.map(
          ({ name, email, isAdmin }, index) =>
            `${index === 0 ? "  People    " : "            "}${name} <${email}>${isAdmin ? ", an admin" : ""}`,
        )
      : []),
    "",
    "  Claude Desktop, claude_desktop_config.json:",
    `    ${JSON.stringify(desktop)}`,
    "  Cursor, .cursor/mcp.json:",
    `    ${JSON.stringify(cursor)}`,
    "  MCP Inspector, in the browser or in the terminal:",
    `    ${inspector}`,
    `    ${inspector} --cli --server-url ${url} --transport http --method tools/list`,
    "  A first look, without any client:",
    `    ${tryCommand(url, hasLocalIdentityProvider ? `--user ${people[0]?.id}` : "")}`,
  ];
  const rule = "─".repeat(80);
  return [rule, ...lines, rule].join("\n");
}

function tryCommand(url: string, flags: string): string {
  const isDefault = url === `http://localhost:${defaultPort}/mcp`;
  const all = [isDefault ? "" : `--url ${url}`, flags].filter((flag) => flag !== "").join(" ");
  return all === "" ? "npm run try" : `npm run try -- ${all}`;
}

/** Where `npm start` serves unless PORT says otherwise, and where `npm run try` looks. */
export const defaultPort = 8788;
