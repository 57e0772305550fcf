import { mediaTypeOf } from "../../lib/media-types";

/** RFC 9110, section 8.3.1: a media type with its parameters. */
const MEDIA_TYPE =
  /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?: *; *[\w!#$&^.+-]+=(?:[\w!#$&^.+-]+|"[\x20-\x21\x23-\x5b\x5d-\x7e]*"))*$/;

/** `application/json`, and whatever has its syntax (RFC 6839, section 3.1). */
export function isJson(contentType: string): boolean {
  const type = mediaTypeOf(contentType) ?? "";
  return /^(?:application|text)\/(?:json|[^/]+\+json)$/.test(type);
}

/** Whether it is text that a person could read, by its name alone. */
export function isText(contentType: string): boolean {
  const type = mediaTypeOf(contentType) ?? "";
  return (
    type.startsWith("text/") ||
    /\+(?:xml|yaml)$/.test(type) ||
    /^application\/(?:xml|yaml|x-yaml|javascript|x-ndjson|jsonl|graphql|sql|x-www-form-urlencoded)$/.test(
      type,
    )
  );
}

export function isMediaType(text: string): boolean {
  return MEDIA_TYPE.test(text);
}

/**
 * The media type of a part, of those that a document allows.
 *
 * @param allowed a list with commas, of types and ranges (OpenAPI 3.1.1, "Encoding Object").
 * @returns what is wanted, where it is allowed; else the first allowed one that is no range.
 */
export function partType(
  wanted: string | undefined,
  allowed: string | undefined,
  otherwise: string,
): string {
  const types = (allowed ?? "").split(",").flatMap((type) => type.trim() || []);
  const fits = (range: string) => {
    const [type = "", wantedType = ""] = [mediaTypeOf(range), mediaTypeOf(wanted ?? null)];
    return (
      type === "*/*" ||
      type === wantedType ||
      (type.endsWith("/*") && wantedType.startsWith(type.slice(0, -1)))
    );
  };
  if (wanted !== undefined && (types.length === 0 || types.some(fits))) return wanted;
  return types.find((type) => !type.includes("*")) ?? otherwise;
}
