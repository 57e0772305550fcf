import { EncodedTarget } from "../../upstream/encoded-target";
import type { CompiledParameter } from "../compiled";
import { isJson } from "./media-type";
import { asText, isAbsent, type ParameterValue, parameterValue } from "./parameter-value";
import { type Filled, filledPath, type PathTemplate } from "./path";
import { literalPath, percentEncoded } from "./percent-encoding";
import { type Named, separatePairs } from "./query";
import { refusedArgument } from "./refused-argument";
import { inPath, inQuery } from "./styles";

export type Arguments = Readonly<Record<string, unknown>>;

/** OpenAPI 3.1.1, "Parameter Object": a document's parameters of these names say nothing. */
export const IGNORED_HEADERS = new Set(["accept", "content-type", "authorization"]);
/** RFC 9110, section 5.5, without bytes beyond ASCII, which no two clients send alike. */
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;

/**
 * Where a request goes: path, query and cookies, with each value in its place.
 *
 * @throws ToolError for a value that would leave its place, or a path's that is missing or empty.
 */
export function targetOf(
  template: PathTemplate,
  parameters: readonly CompiledParameter[],
  args: Arguments,
): EncodedTarget {
  const inside = (place: CompiledParameter["in"]) =>
    parameters.filter((parameter) => parameter.in === place);
  const inPaths = new Map(inside("path").map((parameter) => [parameter.name, parameter]));
  const path = filledPath(
    template,
    (name) => filled(name, inPaths.get(name), args),
    (names) =>
      refusedArgument(
        names.map((name) => inPaths.get(name)?.argument ?? name).join(" and "),
        "would lead to another path",
      ),
  );
  const query = separatePairs(named(inside("query"), args), refuseName);
  const cookie = separatePairs(named(inside("cookie"), args), refuseName);
  if (template.query !== "") query.unshift(literalPath(template.query).replaceAll("'", "%27"));
  return new EncodedTarget({ path, query: query.join("&"), cookie: cookie.join("; ") });
}

/**
 * The headers of a request. Style `simple` without percent-encoding, which servers do not expect here (OpenAPI
 * 3.1.1, appendix D).
 *
 * @throws ToolError for a value that a header cannot carry, or an item with a comma, which would be two.
 */
export function headersOf(
  parameters: readonly CompiledParameter[],
  args: Arguments,
): { headers: Record<string, string>; idempotencyKey?: string } {
  const headers: Record<string, string> = {};
  let idempotencyKey: string | undefined;
  for (const parameter of parameters) {
    const { name, argument = name, explode } = parameter;
    if (parameter.in !== "header") continue;
    if (IGNORED_HEADERS.has(name.toLowerCase()) && parameter.fixed === undefined) continue;
    const value = readValue(parameter, args);
    if (value === undefined) continue;
    if (value.kind !== "text" && [...textsOf(value)].some((text) => text.includes(",")))
      throw refusedArgument(argument, "a comma in an item would make it two");
    const text = inPath({ name, style: "simple", explode }, value, (part) => part);
    if (!HEADER_VALUE.test(text))
      throw refusedArgument(argument, "a header can carry only printable ASCII characters");
    if (name.toLowerCase() === "idempotency-key") idempotencyKey = text;
    else headers[name] = text;
  }
  return { headers, ...(idempotencyKey !== undefined && { idempotencyKey }) };
}

function filled(name: string, parameter: CompiledParameter | undefined, args: Arguments): Filled {
  const value = parameter && readValue(parameter, args);
  const argument = parameter?.argument ?? name;
  if (parameter === undefined || value === undefined)
    throw refusedArgument(argument, "is missing, and the path needs it");
  const encoded = inPath(parameter, value, percentEncoded);
  if (encoded === "") throw refusedArgument(argument, "must not be empty, as the path needs it");
  return { encoded, raw: inPath(parameter, value, (part) => part) };
}

function named(parameters: readonly CompiledParameter[], args: Arguments): Named[] {
  return parameters.map((parameter) => {
    const { name, contentType } = parameter;
    const given = givenFor(parameter, args);
    if (contentType === undefined) return { name, pairs: inQuery(parameter, given) };
    const whole = { name, style: "form", explode: false } as const;
    return {
      name,
      pairs: inQuery(whole, isAbsent(given) ? undefined : content(contentType, given)),
    };
  });
}

/** What is fixed is sent whatever the arguments say. */
function givenFor({ fixed, argument }: CompiledParameter, args: Arguments): unknown {
  if (fixed !== undefined) return fixed;
  return argument !== undefined && Object.hasOwn(args, argument) ? args[argument] : undefined;
}

function readValue(parameter: CompiledParameter, args: Arguments): ParameterValue | undefined {
  const given = givenFor(parameter, args);
  const { contentType } = parameter;
  return contentType === undefined || isAbsent(given)
    ? parameterValue(given)
    : { kind: "text", text: content(contentType, given) };
}

/** A parameter with `content`: a text of that media type. */
function content(contentType: string, value: unknown): string {
  return isJson(contentType) ? JSON.stringify(value) : asText(value);
}

function textsOf(value: Exclude<ParameterValue, { kind: "text" }>): readonly string[] {
  return value.kind === "list" ? value.items : value.entries.flat();
}

const refuseName = (parameter: string, taken: string) =>
  refusedArgument(parameter, `must not hold ${JSON.stringify(taken)}, which is another parameter`);
