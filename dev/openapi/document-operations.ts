import type { HttpMethod } from "../../src/engine/openapi/compiled.ts";
import {
  entriesOf,
  isObject,
  type JsonObject,
  listOf,
  pointerTo,
  stringsOf,
  textOf,
} from "./json.ts";
import { messageOf, OpenApiError, type Problem } from "./openapi-error.ts";
import { follow, type Located, type References, referencesOf } from "./references.ts";
import { isReachable, placeOf, serverUrls } from "./servers.ts";
import { upgradeDocument } from "./upgrade-document.ts";

/** An operation as the document has it, with what its path item says for all of them. */
export type DocumentOperation = {
  /** What it is known by in the catalogue: `GET /tickets/{id}`. */
  readonly key: string;
  readonly method: HttpMethod;
  readonly path: string;
  /** The other server that it is at, if it is. */
  readonly otherServer?: string;
  readonly place: string;
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly group: string;
  readonly deprecated: boolean;
  /** Each followed to a Parameter Object. */
  readonly parameters: readonly Located[];
  readonly body?: Located;
  readonly responses: readonly (readonly [status: string, Located])[];
};

export type ApiDocument = {
  readonly references: References;
  readonly title: string;
  readonly version: string;
  /** The address that operations start from, if it is a whole one. */
  readonly defaultUrl?: string;
  readonly operations: readonly DocumentOperation[];
  /** Headers and query parameters that are credentials: no argument of a tool. */
  readonly credentials: ReadonlySet<string>;
  /** Operations that cannot be read, and what was read in another way than it says. */
  readonly problems: readonly Problem[];
};

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] as const;

/**
 * Reads a document that {@link readDocument} has made one of.
 *
 * @param base the URL that the document came from, if it did: relative servers start there.
 * @throws OpenApiError `openapi_not_a_document`, `openapi_no_operations`.
 */
export function readApi(bundled: JsonObject, base?: string): ApiDocument {
  const { document, refsStandAlone, problems } = upgradeDocument(bundled);
  const references = referencesOf(document, refsStandAlone);
  const own = serverUrls(document.servers, base)[0] ?? "";
  const found: DocumentOperation[] = [];
  const faults: Problem[] = [...problems];
  for (const [path, item] of entriesOf(document.paths)) {
    if (path.startsWith("x-")) continue;
    const place = pointerTo("#/paths", path);
    try {
      found.push(...operationsAt(references, path, { value: item, place }, { own, base }, faults));
    } catch (error) {
      faults.push(problemOf(error, place));
    }
  }
  if (found.length === 0) {
    const [first] = faults;
    throw first === undefined
      ? new OpenApiError("openapi_no_operations", "#/paths", "This document has no operations")
      : new OpenApiError(
          "openapi_no_operations",
          first.place,
          `No operation can be read: ${first.message}`,
        );
  }
  const info = isObject(document.info) ? document.info : {};
  return {
    references,
    title: textOf(info.title) ?? "API",
    version: info.version === undefined ? "" : String(info.version),
    ...(isReachable(own) && { defaultUrl: own }),
    operations: found,
    credentials: credentialsOf(references),
    problems: [...faults, ...duplicateIds(found)],
  };
}

export const problemOf = (error: unknown, place: string): Problem =>
  error instanceof OpenApiError
    ? { place: error.place, message: error.what }
    : { place, message: messageOf(error) };

type Servers = { readonly own: string; readonly base: string | undefined };

function operationsAt(
  references: References,
  path: string,
  located: Located,
  servers: Servers,
  faults: Problem[],
): DocumentOperation[] {
  const { value: item, place } = follow(references, withSiblings(references, located));
  if (!isObject(item)) return [];
  return methods.flatMap((method) => {
    const member = method.toLowerCase();
    const operation = item[member];
    if (operation === undefined) return [];
    const here = pointerTo(place, member);
    try {
      return [
        operationOf(references, { path, method, place: here }, operation, { item, place }, servers),
      ];
    } catch (error) {
      faults.push({
        ...problemOf(error, here),
        message: `${method} ${path}: ${problemOf(error, here).message}`,
      });
      return [];
    }
  });
}

/** OpenAPI 3.1, Path Item Object: what stands beside its `$ref` is undefined; here it comes on top. */
function withSiblings(references: References, located: Located): Located {
  const { value, place } = located;
  if (!isObject(value) || typeof value.$ref !== "string") return located;
  const { $ref, ...siblings } = value;
  if (Object.keys(siblings).length === 0) return located;
  const target = follow(references, { value: { $ref }, place });
  return {
    value: { ...(isObject(target.value) && target.value), ...siblings },
    place: target.place,
  };
}

function operationOf(
  references: References,
  { path, method, place }: { path: string; method: HttpMethod; place: string },
  operation: unknown,
  item: { readonly item: JsonObject; readonly place: string },
  servers: Servers,
): DocumentOperation {
  if (!isObject(operation))
    throw new OpenApiError("openapi_operation", place, "This is no operation");
  if (method === "TRACE") throw refused(place, "Workers cannot send TRACE");
  // Some documents tell operations at one address apart by a fragment, which nobody sends.
  const address = path.replace(/#.*/, "");
  if (address.includes("?")) throw refused(place, "A path cannot hold a query");
  const urls = serverUrls(operation.servers ?? item.item.servers, servers.base);
  const server = placeOf(servers.own, urls);
  const tag = stringsOf(operation.tags)[0]?.trim();
  const operationId = textOf(operation.operationId);
  const summary = textOf(operation.summary) ?? textOf(item.item.summary);
  const description = textOf(operation.description) ?? textOf(item.item.description);
  return {
    key: `${method} ${path}`,
    method,
    path: "prefix" in server ? server.prefix + address : address,
    ...("other" in server && { otherServer: server.other }),
    place,
    ...(operationId !== undefined && { operationId }),
    ...(summary !== undefined && { summary }),
    ...(description !== undefined && { description }),
    group: tag || firstWord(path),
    deprecated: operation.deprecated === true,
    parameters: mergedParameters(
      parametersAt(references, item.item.parameters, pointerTo(item.place, "parameters")),
      parametersAt(references, operation.parameters, pointerTo(place, "parameters")),
    ),
    ...(operation.requestBody !== undefined && {
      body: follow(references, {
        value: operation.requestBody,
        place: pointerTo(place, "requestBody"),
      }),
    }),
    responses: entriesOf(operation.responses).map(([status, value]) => [
      status,
      { value, place: pointerTo(place, "responses", status) },
    ]),
  };
}

const refused = (place: string, message: string) =>
  new OpenApiError("openapi_operation", place, message);

const firstWord = (path: string) =>
  path.split("/").find((part) => part !== "" && !/[{}]|^v\d+$|^api$/.test(part)) ?? "";

function parametersAt(references: References, list: unknown, place: string): Located[] {
  return listOf(list).map((value, index) => {
    const found = follow(references, { value, place: pointerTo(place, index) });
    if (isObject(found.value) && typeof found.value.name === "string" && isPlace(found.value.in))
      return found;
    throw refused(
      found.place,
      "A parameter needs `name`, and `in` of path, query, header or cookie",
    );
  });
}

export type ParameterPlace = "path" | "query" | "header" | "cookie";

export const isPlace = (value: unknown): value is ParameterPlace =>
  value === "path" || value === "query" || value === "header" || value === "cookie";

/** OpenAPI 3.1, Path Item Object: a parameter of the operation replaces that of the same name and place. */
function mergedParameters(shared: readonly Located[], own: readonly Located[]): Located[] {
  const merged = new Map<string, Located>();
  for (const parameter of [...shared, ...own]) {
    if (!isObject(parameter.value)) continue;
    merged.set(JSON.stringify([parameter.value.in, parameter.value.name]), parameter);
  }
  return [...merged.values()];
}

function credentialsOf(references: References): Set<string> {
  const { components } = references.document;
  const schemes = isObject(components) ? entriesOf(components.securitySchemes) : [];
  return new Set(
    schemes.flatMap(([, scheme]) =>
      isObject(scheme) && scheme.type === "apiKey" && typeof scheme.name === "string"
        ? [credentialKey(String(scheme.in), scheme.name)]
        : [],
    ),
  );
}

/** Header names have no case (RFC 9110, section 5.1). */
export const credentialKey = (place: string, name: string) =>
  `${place} ${place === "header" ? name.toLowerCase() : name}`;

function duplicateIds(operations: readonly DocumentOperation[]): Problem[] {
  const seen = new Map<string, string>();
  return operations.flatMap(({ operationId, key, place }) => {
    if (operationId === undefined) return [];
    const first = seen.get(operationId);
    seen.set(operationId, first ?? key);
    return first === undefined
      ? []
      : [
          {
            place,
            message: `The operationId ${operationId} is also that of ${first}: names come from paths`,
          },
        ];
  });
}
