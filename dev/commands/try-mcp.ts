import { extractWWWAuthenticateParams } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import {
  type CallToolResult,
  CallToolResultSchema,
  McpError,
  type Tool,
} from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod";
import type { Report } from "./try-report.ts";

/** A tool and what to call it with. */
export interface ToolCall {
  name: string;
  args: Record<string, unknown>;
}

/**
 * Connects to an MCP endpoint, lists its tools or calls the one asked for, and ends the session.
 *
 * @throws Error if the tool does not exist, is beyond the token's scopes, or fails
 */
export async function useMcp(
  url: URL,
  accessToken: string,
  call: ToolCall | undefined,
  report: Report,
): Promise<void> {
  const client = new Client({ name: "npm-run-try", version: "1.0.0" });
  const transport = new StreamableHTTPClientTransport(url, {
    requestInit: { headers: { authorization: `Bearer ${accessToken}` } },
    fetch: fetchWithinScopes,
  });
  await client.connect(transport);
  try {
    const server = client.getServerVersion();
    report(
      "MCP initialize",
      `server: ${server?.name} ${server?.version}`,
      `protocol version: ${transport.protocolVersion}`,
    );
    if (call === undefined) await listTools(client, report);
    else await callTool(client, call, report);
  } finally {
    await transport.terminateSession().catch(() => undefined);
    await client.close();
  }
}

async function listTools(client: Client, report: Report): Promise<void> {
  const { tools } = await client.listTools();
  const none = "(no tools: the server has none, or none that the token's scopes allow)";
  report("MCP tools/list", ...(tools.length === 0 ? [none] : tools.map(describe)));
  const harmless = tools.find(
    ({ annotations, inputSchema }) =>
      annotations?.readOnlyHint === true && (inputSchema.required ?? []).length === 0,
  );
  const [first] = tools;
  if (harmless !== undefined) {
    report("Next, call one", `npm run try -- ${harmless.name}, with the same options`);
  } else if (first !== undefined) {
    report("Next, call one", `npm run try -- ${first.name} --args '{…}', with the same options`);
  }
}

async function callTool(client: Client, { name, args }: ToolCall, report: Report): Promise<void> {
  const request = { method: "tools/call", params: { name, arguments: args } } as const;
  const result = await client.request(request, CallToolResultSchema).catch((error: unknown) => {
    if (!(error instanceof McpError)) throw error;
    // Both sides' SDKs may have put their prefix in front.
    const reason = error.message.replace(/^(MCP error -?\d+: )+/, "");
    throw new Error(
      `The server refused to call ${name} (${reason}): ` +
        "run this without a tool's name to see what there is.",
    );
  });
  if (result.isError) throw new Error(`The tool ${name} failed: ${textOf(result)}`);
  report(`MCP tools/call ${name}`, textOf(result));
}

function textOf({ content, structuredContent }: CallToolResult): string {
  const text = content
    .map((block) => (block.type === "text" ? block.text : `(${block.type})`))
    .join("\n");
  // JSON is easier to read with its structure.
  return text === JSON.stringify(structuredContent)
    ? JSON.stringify(structuredContent, undefined, 2)
    : text;
}

/** The part of an argument's JSON Schema that shows a person what to pass. */
const propertySchema = z
  .union([
    z.object({ enum: z.array(z.string()) }).transform((property) => property.enum.join("|")),
    z.object({ type: z.string() }).transform((property) => property.type),
  ])
  .catch("any");

function describe({ name, title, inputSchema }: Tool): string {
  const needed = (inputSchema.required ?? []).map(
    (argument) => `${argument}: ${propertySchema.parse(inputSchema.properties?.[argument])}`,
  );
  return `${name}(${needed.join(", ")})${title === undefined ? "" : `  ${title}`}`;
}

/** The transport reports a refusal without the scopes that the challenge names. */
async function fetchWithinScopes(url: string | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  if (response.status !== 403) return response;
  const { error, scope } = extractWWWAuthenticateParams(response);
  if (error !== "insufficient_scope") return response;
  await response.body?.cancel();
  throw new Error(
    `The token's scopes do not allow this call (403 insufficient_scope): ` +
      `run this again with --scope "${scope ?? ""}".`,
  );
}
