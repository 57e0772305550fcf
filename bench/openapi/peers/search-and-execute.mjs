// `openApiMcpServer` of @cloudflare/codemode: two tools, for which a model writes programs. Its sandbox is a Worker; here
// the program that it makes runs in this process, which has more memory and no limit on a program's size.
import { runInThisContext } from "node:vm";
import { openApiMcpServer } from "@cloudflare/codemode/mcp";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";

/** Asks for all paths, as the tool's own first example does, and returns the list of tools. */
export async function search(document) {
  const server = openApiMcpServer({
    spec: document,
    executor: { execute: async (code) => ({ result: await runInThisContext(`(${code})`)() }) },
    request: () => undefined,
  });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "bench", version: "1.0.0" });
  await Promise.all([server.connect(theirs), client.connect(ours)]);
  const { tools } = await client.listTools();
  const code = "async () => Object.keys((await codemode.spec()).paths).length";
  const answer = await client.callTool({ name: "search", arguments: { code } });
  if (answer.isError || answer.content[0].text !== String(Object.keys(document.paths).length)) {
    throw new Error(answer.content[0].text);
  }
  return tools;
}
