import { isObject, type JsonObject, listOf, memberOf, namesOfPointer, pointerTo } from "./json.ts";
import { OpenApiError } from "./openapi-error.ts";

/** A part of the document, and where it stands. */
export type Located = { readonly value: unknown; readonly place: string };

/** A document whose references can be followed. */
export type References = {
  readonly document: JsonObject;
  /** @see UpgradedDocument */
  readonly refsStandAlone: boolean;
  /**
   * What a `$ref` names; it may be a reference itself.
   * @throws OpenApiError `openapi_operation` when there is nothing there.
   */
  target(ref: string, place: string): Located;
};

export function referencesOf(document: JsonObject, refsStandAlone: boolean): References {
  let anchors: Map<string, Located> | undefined;
  return {
    document,
    refsStandAlone,
    target(ref, place) {
      const fragment = ref.startsWith("#") ? ref.slice(1) : undefined;
      if (fragment === undefined) throw nowhere(ref, place);
      if (fragment !== "" && !fragment.startsWith("/")) {
        anchors ??= anchorsOf(document);
        return anchors.get(fragment) ?? raise(ref, place);
      }
      let value: unknown = document;
      for (const name of namesOfPointer(fragment)) value = stepInto(value, name);
      if (value === undefined) throw nowhere(ref, place);
      return { value, place: pointerTo("#", ...namesOfPointer(fragment)) };
    },
  };
}

function stepInto(value: unknown, name: string): unknown {
  return Array.isArray(value) ? value[Number(name)] : memberOf(value, name);
}

/**
 * Follows a Reference Object (not a schema's `$ref`) to what it names, with its own `summary` and `description`.
 *
 * @throws OpenApiError `openapi_operation` for one that leads nowhere, or in a circle.
 */
export function follow(references: References, located: Located): Located {
  const seen = new Set<string>();
  let { value, place } = located;
  while (isObject(value) && typeof value.$ref === "string") {
    if (seen.has(value.$ref))
      throw new OpenApiError("openapi_operation", place, circle(value.$ref));
    seen.add(value.$ref);
    const { summary, description } = value;
    const target = references.target(value.$ref, place);
    const words = {
      ...(summary !== undefined && { summary }),
      ...(description !== undefined && { description }),
    };
    value = isObject(target.value) ? { ...target.value, ...words } : target.value;
    place = target.place;
  }
  return { value, place };
}

export const circle = (ref: string) => `The reference ${ref} leads back to itself`;

/** JSON Schema 2020-12, section 8.2.2. A dynamic anchor is an anchor where nothing overrides it. */
function anchorsOf(document: JsonObject): Map<string, Located> {
  const anchors = new Map<string, Located>();
  const visit = (value: unknown, place: string) => {
    for (const [index, item] of listOf(value).entries()) visit(item, pointerTo(place, index));
    if (!isObject(value)) return;
    for (const anchor of [value.$anchor, value.$dynamicAnchor]) {
      if (typeof anchor === "string" && !anchors.has(anchor)) anchors.set(anchor, { value, place });
    }
    for (const [name, member] of Object.entries(value)) visit(member, pointerTo(place, name));
  };
  visit(document, "#");
  return anchors;
}

function raise(ref: string, place: string): never {
  throw nowhere(ref, place);
}

const nowhere = (ref: string, place: string) =>
  new OpenApiError("openapi_operation", place, `There is nothing at the reference ${ref}`);
