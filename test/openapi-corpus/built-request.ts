import type { UpstreamApi } from "../../src/engine/config";
import { defineApi } from "../../src/engine/config/define-api";
import type { CompiledOperation } from "../../src/engine/openapi/compiled";
import { Operation } from "../../src/engine/openapi/operation";
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
  credential: { by: "sign-in", identityProvider: "oidc" },
};

const declaredApi = defineApi({
  name: "corpus",
  variables: "CORPUS_API",
  access: { by: "exchange" },
});

export const base = new URL(api.url);

/** The request of an operation, made as a call makes it, with a value for each argument. */
export async function builtRequest(
  compiled: CompiledOperation,
): Promise<{ sent: Sent; given: Given }> {
  const operation = new Operation(compiled, declaredApi);
  const { input, parameters, body } = operation.detail;
  const isDelimited = (style = "") => style.endsWith("Delimited");
  const plain = parameters
    .filter(
      ({ in: place, style }) => place === "header" || place === "cookie" || isDelimited(style),
    )
    .flatMap(({ argument }) => argument ?? []);
  const styles = Object.values(body?.encoding ?? {}).map(({ style }) => style);
  if (body !== undefined && styles.some(isDelimited)) plain.push(body.argument);
  const args = generatedArguments(input, new Set(plain));
  const { url, init } = httpRequest(api, operation.request(args));
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
  };
}
