import { entriesOf, isObject, type JsonObject, listOf, without } from "./json.ts";
import { referencesOf } from "./references.ts";

/**
 * Swagger 2.0 says the body in parameters, which may be references, or the path item's. Each operation gets its own,
 * in full: the upgrade makes no body of the others.
 */
export function withOwnParameters(document: JsonObject): JsonObject {
  const references = referencesOf(document, true);
  const followed = (parameter: unknown): unknown => {
    if (!isObject(parameter) || typeof parameter.$ref !== "string") return parameter;
    try {
      return references.target(parameter.$ref, "#").value;
    } catch {
      // It is reported where the operation is read.
      return parameter;
    }
  };
  const paths = entriesOf(document.paths).map(([path, item]): [string, unknown] => {
    if (!isObject(item)) return [path, item];
    const shared = listOf(item.parameters).map(followed);
    const members = entriesOf(without(item, ["parameters"])).map(([member, value]) => [
      member,
      isObject(value)
        ? withParameters(value, shared, listOf(value.parameters).map(followed))
        : value,
    ]);
    return [path, Object.fromEntries(members)];
  });
  return { ...document, paths: Object.fromEntries(paths) };
}

function withParameters(
  operation: JsonObject,
  shared: readonly unknown[],
  own: readonly unknown[],
) {
  const replaced = new Set(own.map(identity));
  const parameters = [...shared.filter((one) => !replaced.has(identity(one))), ...own];
  return parameters.length > 0 ? { ...operation, parameters } : operation;
}

/** An operation has one body, whatever it is called. */
function identity(parameter: unknown): string {
  if (!isObject(parameter)) return "";
  return parameter.in === "body" ? "body" : JSON.stringify([parameter.in, parameter.name]);
}
