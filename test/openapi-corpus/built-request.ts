import type { UpstreamApi } from "../../src/engine/config";
import { bodyOf } from "../../src/engine/openapi/body";
import type { CompiledOperation } from "../../src/engine/openapi/compiled";
import { parseDetail } from "../../src/engine/openapi/operation-detail";
import { headersOf, targetOf } from "../../src/engine/openapi/parameters";
import { pathTemplate } from "../../src/engine/openapi/path";
import { httpRequest } from "../../src/engine/upstream/api-request";
import type { DeclaredParameter } from "./declared.ts";
import { generatedArguments } from "./generated-arguments.ts";
import type { Given, Sent } from "./oracle.ts";

const api: UpstreamApi = {
  name: "corpus",
  displayName: "the API",
  url: "https://api.example/base",
  resource: undefined,
  audience: undefined,
  scopes: [],
  credential: { by: "sign-in" },
};

export const base = new URL(api.url);

/** The request of an operation, made as a call makes it, with a value for each argument. */
export async function builtRequest(
  operation: CompiledOperation,
): Promise<{ sent: Sent; given: Given; args: Record<string, unknown> }> {
  const { input, parameters, body } = parseDetail(operation);
  const inHeaders = parameters.filter(({ in: place }) => place === "header" || place === "cookie");
  const args = generatedArguments(
    input,
    new Set(inHeaders.flatMap(({ argument }) => argument ?? [])),
  );
  const { url, init } = httpRequest(api, {
    method: operation.method === "TRACE" ? "OPTIONS" : operation.method,
    path: targetOf(pathTemplate(operation.path), parameters, args),
    headers: headersOf(parameters, args),
    ...bodyOf(body, args),
  });
  // A Request adds what HTTP needs of a body, such as the boundary of a multipart one.
  const request = new Request(url, init);
  const bytes = new Uint8Array(await request.arrayBuffer());
  return {
    sent: {
      url,
      headers: new Headers(request.headers),
      body: bytes.length > 0 ? bytes : undefined,
    },
    given: {
      value: (declared: DeclaredParameter) => {
        const own = parameters.find(
          ({ name, in: place }) => name === declared.name && place === declared.in,
        );
        return own?.argument === undefined ? undefined : args[own.argument];
      },
      body: body === undefined ? undefined : args[body.argument],
    },
    args,
  };
}
