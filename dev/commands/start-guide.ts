import { clientSetups } from "../../src/engine/website/client-setup.ts";
import { pasteText } from "../../src/engine/website/paste.ts";
import type { LocalApiExamples } from "../local-apis/local-api.ts";
import { people } from "../local-servers/people.ts";
import type { SignInServers } from "./sign-in-servers.ts";

const RULE = "─".repeat(80);

/** Whether `npm start` has printed its guide to the end: the server answers then. */
export function hasWholeGuide(printed: string): boolean {
  return printed.split(RULE).length > 2;
}

/** What `npm start` prints once everything is up: where the server is, and how to use it from each client. */
export function startGuide(options: {
  origin: string;
  /** Where a tunnel serves it as well. */
  tunnel: string | undefined;
  /** The settings of wrangler.jsonc that are not used on this machine. */
  setAside: readonly string[];
  /** Who signs people in on this machine; undefined if the developer's own provider does. */
  local: Pick<SignInServers, "external" | "hasAdmins" | "examples"> | undefined;
}): string {
  const { origin, tunnel, setAside, local } = options;
  const external = local?.external;
  const url = `${origin}/mcp`;
  const lines = [
    "Gatehouse is running. Ctrl+C stops it; its data is kept for the next start (--fresh starts empty).",
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
          ...external.apis.map(
            (api) => `  API       ${api}   (which tools call with tokens of their own)`,
          ),
        ]),
    ...(local !== undefined
      ? people.map(
          ({ name, email, isAdmin }, index) =>
            `${index === 0 ? "  People    " : "            "}${name} <${email}>${isAdmin && local.hasAdmins ? ", an admin" : ""}`,
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
    `    ${tryCommand(url, local === undefined ? "" : `--user ${people[0]?.id}`)}`,
    ...(local?.examples ?? []).flatMap((examples) => exampleLines(url, examples)),
    ...(external === undefined || external.apis.length === 0
      ? []
      : [`  Who has allowed the server to use an API: ${external.issuer}/connections`]),
  ];
  return [RULE, ...lines, RULE].join("\n");
}

/** What to paste into the clients that reach this machine. The website says what comes next. */
function setupGuide(url: string): string[] {
  return clientSetups("Gatehouse", url)
    .filter(({ obstacle }) => obstacle === undefined)
    .flatMap(({ client, where, paste }) => [
      `  ${client}. ${where.replaceAll("`", "")}`,
      `    ${pasteText(paste, 0)}`,
    ]);
}

function exampleLines(url: string, { about, calls }: LocalApiExamples): string[] {
  return [
    `  ${about}:`,
    ...calls.map(({ tool, person }) => `    ${tryCommand(url, `--user ${person}`, tool)}`),
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
