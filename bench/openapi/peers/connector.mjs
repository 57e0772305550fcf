// The connector of @cloudflare/codemode, which derives a function for each operation. It is written for Workers; what it
// takes of them are the classes that it extends.
import { registerHooks } from "node:module";

const workers =
  "export class WorkerEntrypoint {} export class DurableObject {} export class RpcTarget {}";
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "cloudflare:workers"
      ? { url: `data:text/javascript,${encodeURIComponent(workers)}`, shortCircuit: true }
      : next(specifier, context),
});
const { OpenApiConnector } = await import("@cloudflare/codemode");

/** The functions of a document, as `bench/openapi/peer.ts` reads them. */
export async function tools(document, base, send) {
  let asked;
  class Connector extends OpenApiConnector {
    name() {
      return "corpus";
    }
    spec() {
      return document;
    }
    request(options) {
      asked = options;
      return options;
    }
  }
  const { request: _escape, ...derived } = await new Connector().tools();
  return Object.entries(derived).map(([name, { description, inputSchema, execute }]) => {
    // Without arguments, nothing of the template is replaced.
    execute({});
    return {
      key: `${asked.method} ${asked.path}`,
      listed: () => ({ name, description, inputSchema }),
      call: (args) => sent(execute(args), base, send),
    };
  });
}

/** `request()` is written by who uses the connector, and learns no style: so OpenAPI's default ones, and JSON. */
function sent({ path, method, params = {}, body, headers = {} }, base, send) {
  const query = Object.entries(params).flatMap(([name, value]) => pairs(name, value));
  const hasBody = body !== undefined && method !== "GET" && method !== "HEAD";
  // Some paths have a fragment, after which a query would be lost.
  const url = new URL(`${base}${path}`);
  url.search = query.join("&");
  const sentHeaders = new Headers(hasBody ? { "content-type": "application/json" } : {});
  for (const [name, value] of Object.entries(headers)) sentHeaders.set(name, value);
  return send(url.href, {
    method,
    headers: sentHeaders,
    ...(hasBody && { body: JSON.stringify(body) }),
  });
}

function pairs(name, value) {
  if (Array.isArray(value)) return value.map((item) => pair(name, item));
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).map(([member, item]) => pair(member, item));
  }
  return [pair(name, value)];
}

/** What is deeper has no form in the specification: as JSON, it cannot be taken for another parameter. */
function pair(name, value) {
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return `${encodeURIComponent(name)}=${encodeURIComponent(text)}`;
}
