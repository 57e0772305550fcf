// `MCPServer.fromOpenAPI` of mcp-use. A server keeps its tools to itself, so they are taken as they are registered.
import { MCPServer } from "mcp-use";

const HTTP_LINE = /^HTTP: (.*)$/m;

/** The tools of a document, as `bench/openapi/peer.ts` reads them. */
export async function tools(document, base, send) {
  const registered = [];
  const { tool } = MCPServer.prototype;
  MCPServer.prototype.tool = function (definition, handler) {
    registered.push([definition, handler]);
    return tool.call(this, definition, handler);
  };
  MCPServer.fromOpenAPI({ spec: document, baseUrl: base, fetch: send });
  return registered.map(([{ name, description, inputSchema }, handler]) => ({
    key: description
      .split("\n")
      .findLast((line) => HTTP_LINE.test(line))
      .replace(HTTP_LINE, "$1"),
    listed: () => ({
      name,
      description,
      inputSchema: inputSchema["~standard"].jsonSchema.input({ target: "draft-2020-12" }),
    }),
    call: (args) => handler(args, {}),
  }));
}
