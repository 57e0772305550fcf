import { clientSetups } from "../../src/engine/website/client-setup.ts";
import { pasteText } from "../../src/engine/website/paste.ts";
import type { ExternalMode } from "../authorization-server/external-mode.ts";
import { people } from "../local-servers/people.ts";

/** Who signs people in, and issues the tokens, on this machine. */
export type LocalMode = "oidc" | "cloudflare" | ExternalMode;

/** What `npm start` says when all is up: where the server is, and how to use it from each client. */
export function startGuide(options: {
  origin: string;
  /** Where a tunnel serves it as well. */
  tunnel: string | undefined;
  /** The settings of wrangler.jsonc that do not count on this machine. */
  setAside: readonly string[];
  /** Undefined where the person's own provider signs people in. */
  localMode: LocalMode | undefined;
  /** Where the authorization server of an external mode is, and the API that takes its tokens. */
  external?: { issuer: string; api: string } | undefined;
}): string {
  const { origin, tunnel, setAside, localMode, external } = options;
  const url = `${origin}/mcp`;
  const lines = [
    "Gatehouse is running. Ctrl+C ends it; its data stay for the next start (--fresh starts empty).",
    "",
    `  MCP       ${url}`,
    `  SSE       ${origin}/sse   (for older clients)`,
    `  Website   ${origin}   (how to connect, with links that do it)`,
    ...(tunnel === undefined
      ? []
      : [
          `  Tunnel    ${tunnel}/mcp   (point it at ${origin}; the browser that signs in must be on this machine)`,
        ]),
    ...(external === undefined
      ? []
      : [
          `  Issuer    ${external.issuer}   (the authorization server)`,
          `  API       ${external.api}   (which tools call with tokens of their own)`,
        ]),
    ...(localMode !== undefined
      ? people.map(
          ({ name, email, isAdmin }, index) =>
            `${index === 0 ? "  People    " : "            "}${name} <${email}>${isAdmin && localMode !== "cloudflare" ? ", an admin" : ""}`,
        )
      : []),
    ...(setAside.length === 0
      ? []
      : [
          `  Set aside ${setAside.join(", ")}   (of wrangler.jsonc, for the deployed server; .dev.vars can set them here)`,
        ]),
    "",
    ...setupGuide(url),
    "  MCP Inspector, without its page:",
    `    npx @modelcontextprotocol/inspector --cli --server-url ${url} --transport http --method tools/list`,
    "  A first look, without any client:",
    `    ${tryCommand(url, localMode === undefined ? "" : `--user ${people[0]?.id}`)}`,
    ...(localMode === "cloudflare" ? logsGuide(url) : []),
    ...(external === undefined ? [] : exchangeGuide(url, external.issuer)),
  ];
  const rule = "─".repeat(80);
  return [rule, ...lines, rule].join("\n");
}

/** What to paste into the clients that reach this machine. The website says what comes then. */
function setupGuide(url: string): string[] {
  return clientSetups("Gatehouse", url)
    .filter(({ obstacle }) => obstacle === undefined)
    .flatMap(({ client, where, paste }) => [
      `  ${client}. ${where.replaceAll("`", "")}`,
      `    ${pasteText(paste, 0)}`,
    ]);
}

/** alice lets Gatehouse use the API for her, bob does not yet: both are worth seeing. */
function exchangeGuide(url: string, issuer: string): string[] {
  return [
    "  A tool that calls an API with an exchanged token, and what a person reads who has not allowed it:",
    `    ${tryCommand(url, "--user alice", "list_orders")}`,
    `    ${tryCommand(url, "--user bob", "list_orders")}`,
    `  Who has allowed it: ${issuer}/connections`,
  ];
}

/** bob has one account, so that nothing has to be chosen first. */
function logsGuide(url: string): string[] {
  return [
    "  Tools that call the identity provider's API as the person: Workers and their logs, made up:",
    `    ${tryCommand(url, "--user bob", "query_worker_observability")}`,
  ];
}

function tryCommand(url: string, flags: string, tool = ""): string {
  const isDefault = url === `http://localhost:${defaultPort}/mcp`;
  const all = [tool, isDefault ? "" : `--url ${url}`, flags]
    .filter((flag) => flag !== "")
    .join(" ");
  return all === "" ? "npm run try" : `npm run try -- ${all}`;
}

/** Where `npm start` serves unless PORT says otherwise, and where `npm run try` looks. */
export const defaultPort = 8788;
