import type { ApiBody } from "../../upstream/api-request";
import type { CompiledBody, PropertyEncoding } from "../compiled";
import { isStyled, styleOf } from "./encoding";
import { base64Bytes } from "./file";
import { isJson } from "./media-type";
import { multipart } from "./multipart";
import { asText, entriesOf, isAbsent } from "./parameter-value";
import type { Arguments } from "./parameters";
import { type Named, separatePairs } from "./query";
import { refusedArgument } from "./refused-argument";
import { inQuery } from "./styles";

const FORM = "application/x-www-form-urlencoded";

/**
 * The body of a request, in the media type that the document names. What is fixed is sent whatever the arguments
 * say.
 *
 * @throws ToolError for a body that is not what its media type needs, such as no object for a form.
 */
export function bodyOf(compiled: CompiledBody | undefined, args: Arguments): ApiBody {
  if (compiled === undefined) return {};
  const { argument, fixed } = compiled;
  const given = Object.hasOwn(args, argument) ? args[argument] : undefined;
  const body = fixed === undefined ? given : withFixed(argument, given, fixed);
  return body === undefined ? {} : written(compiled, body);
}

function withFixed(argument: string, given: unknown, fixed: Readonly<Record<string, unknown>>) {
  // With what is null: in a merge patch, that takes a member away (RFC 7396).
  const members = isAbsent(given) ? {} : objectOf(argument, given);
  return Object.fromEntries([...Object.entries(members), ...Object.entries(fixed)]);
}

function written(compiled: CompiledBody, body: unknown): ApiBody {
  const { argument, contentType, kind, encoding = {} } = compiled;
  switch (kind) {
    case "json":
      return inBytes(JSON.stringify(body), concrete(contentType, "application/json"));
    case "text":
      return inBytes(asText(body), concrete(contentType, "text/plain;charset=UTF-8"));
    case "bytes":
      return {
        bytes: base64Bytes(argument, body),
        contentType: concrete(contentType, "application/octet-stream"),
      };
    case "form":
      return inBytes(
        form(argument, objectOf(argument, body), encoding),
        concrete(contentType, FORM),
      );
    case "multipart":
      return multipart(compiled, objectOf(argument, body));
  }
}

/**
 * A form, with the Encoding Objects of its properties (OpenAPI 3.1.1): one with `style`, `explode` or `allowReserved`
 * is written as a query's parameter is; else a list is a field that stands there several times, and an object is JSON.
 */
function form(
  argument: string,
  body: object,
  encoding: Readonly<Record<string, PropertyEncoding>>,
): string {
  const fields = (entriesOf(body) ?? []).map(([name, value]): Named => {
    const own = (Object.hasOwn(encoding, name) && encoding[name]) || {};
    const pairs = isStyled(own)
      ? inQuery({ name, ...styleOf(own) }, value)
      : inQuery({ name, style: "form", explode: true }, fieldText(value, own.contentType));
    return { name, pairs };
  });
  return separatePairs(fields, (name, taken) =>
    refusedArgument(
      `${argument}.${name}`,
      `must not hold ${JSON.stringify(taken)}, which is another field`,
    ),
  ).join("&");
}

/** A list stays one, of texts; with a media type of JSON, it is JSON as a whole. */
function fieldText(value: unknown, contentType: string | undefined): unknown {
  if (contentType !== undefined && isJson(contentType)) return JSON.stringify(value);
  return Array.isArray(value) ? value : asText(value);
}

function inBytes(text: string, contentType: string): ApiBody {
  return { bytes: new TextEncoder().encode(text), contentType };
}

/** The document's media type, unless it is a range, such as `application/*`. */
function concrete(contentType: string, otherwise: string): string {
  return contentType.includes("*") ? otherwise : contentType;
}

function objectOf(argument: string, body: unknown): object {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw refusedArgument(argument, "must be an object");
  return body;
}
