import * as z from "zod";

/** What a document says that a request of an operation must have, read from it as it was published. */
export type Declared = {
  readonly parameters: readonly DeclaredParameter[];
  /** The media types of its body, in their order; undefined where it has none. */
  readonly body: readonly string[] | undefined;
};

export type DeclaredParameter = {
  readonly name: string;
  readonly in: "path" | "query" | "header" | "cookie";
  readonly style: string;
  readonly explode: boolean;
  /** The media type that it is written in, in place of a style. */
  readonly mediaType: string | undefined;
};

const node = z.record(z.string(), z.unknown());
const parameterSchema = z.looseObject({
  name: z.string(),
  in: z.enum(["path", "query", "header", "cookie", "body", "formData"]),
  style: z.string().optional(),
  explode: z.boolean().optional(),
  content: node.optional(),
  collectionFormat: z.enum(["csv", "ssv", "tsv", "pipes", "multi"]).optional(),
  type: z.string().optional(),
});

/** An object of the document, or what it refers to. */
function resolved(document: unknown, place: unknown): Record<string, unknown> {
  const found = node.parse(place);
  if (typeof found.$ref !== "string") return found;
  const tokens = found.$ref
    .slice(2)
    .split("/")
    .map((token) => decodeURIComponent(token).replaceAll("~1", "/").replaceAll("~0", "~"));
  const target = tokens.reduce((value: unknown, token) => memberOf(value, token), document);
  return resolved(document, target);
}

function memberOf(value: unknown, token: string): unknown {
  return Array.isArray(value) ? value[Number(token)] : node.parse(value)[token];
}

/** OpenAPI 3.1, "Parameter Object": these three are not parameters, whatever a document says. */
const NOT_PARAMETERS = ["accept", "content-type", "authorization"];

/**
 * @param document JSON of OpenAPI 3.0, 3.1 or Swagger 2.0.
 * @param path such as `/tickets/{id}`, as the document has it.
 * @param method in small letters.
 * @throws Error when the document has no such operation.
 */
export function declaredBy(document: unknown, path: string, method: string): Declared {
  const at = (place: unknown) => resolved(document, place);
  const listAt = (value: unknown) => z.array(z.unknown()).parse(value ?? []);

  const paths = node.parse(node.parse(document).paths);
  const item = at(paths[path]);
  const operation = at(item[method]);
  const all = new Map<string, z.output<typeof parameterSchema>>();
  for (const given of [...listAt(item.parameters), ...listAt(operation.parameters)]) {
    const parameter = parameterSchema.parse(at(given));
    all.set(`${parameter.in} ${parameter.name}`, parameter);
  }
  const credentials = credentialsOf(node.parse(document));
  const parameters = [...all.values()]
    .filter(({ name, in: place }) => !credentials.has(`${place} ${name}`))
    .flatMap((parameter) => declaredParameter(parameter));
  // RFC 9110, section 9.3.1: content of a GET means nothing, and fetch sends none.
  if (method === "get" || method === "head") return { parameters, body: undefined };
  if (operation.requestBody !== undefined) {
    return { parameters, body: Object.keys(node.parse(at(operation.requestBody).content)) };
  }
  return { parameters, body: swaggerBody([...all.values()], operation, node.parse(document)) };
}

/** The keys that a document wants, by place and name: the server sends its own, and no model gives one. */
function credentialsOf(document: Record<string, unknown>): ReadonlySet<string> {
  const components = node.parse(document.components ?? {});
  const schemes = node.parse(components.securitySchemes ?? document.securityDefinitions ?? {});
  const keys = Object.values(schemes).map((scheme) => resolved(document, scheme));
  return new Set(keys.map((key) => `${key.in} ${key.name}`));
}

/** The methods of all paths, such as `get /tickets`. */
export function declaredOperations(document: unknown): string[] {
  const paths = node.parse(node.parse(document).paths);
  return Object.keys(paths).flatMap((path) => {
    const item = resolved(document, paths[path]);
    return METHODS.filter((method) => method in item).map((method) => `${method} ${path}`);
  });
}

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch"];

function declaredParameter(parameter: z.output<typeof parameterSchema>): DeclaredParameter[] {
  const { name, in: place, content, collectionFormat } = parameter;
  if (place === "body" || place === "formData") return [];
  if (place === "header" && NOT_PARAMETERS.includes(name.toLowerCase())) return [];
  const byPlace = place === "query" || place === "cookie" ? "form" : "simple";
  const style =
    parameter.style ??
    { csv: byPlace, ssv: "spaceDelimited", tsv: "tsv", pipes: "pipeDelimited", multi: "form" }[
      collectionFormat ?? "csv"
    ];
  // Swagger 2.0 joins by commas unless told; OpenAPI 3 repeats where the style is form.
  const isSwagger = parameter.type !== undefined;
  const explode =
    parameter.explode ?? (isSwagger ? collectionFormat === "multi" : style === "form");
  return [{ name, in: place, style, explode, mediaType: Object.keys(content ?? {})[0] }];
}

function swaggerBody(
  parameters: readonly z.output<typeof parameterSchema>[],
  operation: Record<string, unknown>,
  document: Record<string, unknown>,
): readonly string[] | undefined {
  const places = new Set(parameters.map((parameter) => parameter.in));
  if (!places.has("body") && !places.has("formData")) return undefined;
  const consumes = z
    .array(z.string())
    .parse(
      operation.consumes ?? document.consumes ?? (places.has("body") ? ["application/json"] : []),
    );
  return consumes.length > 0 ? consumes : ["application/x-www-form-urlencoded"];
}
