import * as z from "zod";
import { DefinitionError } from "../lib/definition-error";
import { isToolsHeader } from "../upstream/api-request";
import type { CompiledOperation, CompiledParameter, OperationDetail } from "./compiled";
import { IGNORED_HEADERS } from "./request/parameters";
import type { PathTemplate } from "./request/path";

const style = z.enum([
  "simple",
  "label",
  "matrix",
  "form",
  "spaceDelimited",
  "pipeDelimited",
  "deepObject",
]);

const parameterSchema = z.object({
  name: z.string(),
  in: z.enum(["path", "query", "header", "cookie"]),
  argument: z.string().exactOptional(),
  fixed: z.unknown().exactOptional(),
  required: z.literal(true).exactOptional(),
  style,
  explode: z.boolean(),
  allowReserved: z.literal(true).exactOptional(),
  contentType: z.string().exactOptional(),
});

const encodingSchema = z.object({
  contentType: z.string().exactOptional(),
  style: style.exactOptional(),
  explode: z.boolean().exactOptional(),
  allowReserved: z.literal(true).exactOptional(),
});

const bodySchema = z.object({
  argument: z.string(),
  contentType: z.string(),
  kind: z.enum(["json", "form", "multipart", "text", "bytes"]),
  required: z.boolean(),
  fixed: z.record(z.string(), z.unknown()).exactOptional(),
  encoding: z.record(z.string(), encodingSchema).exactOptional(),
  files: z.array(z.string()).exactOptional(),
});

const answerSchema = z.object({
  shape: z.string().exactOptional(),
  fields: z.array(z.string()).exactOptional(),
  leaveOut: z.array(z.enum(["nulls", "links"])).exactOptional(),
});

const detailSchema = z.object({
  input: z.looseObject({ type: z.literal("object") }),
  parameters: z.array(parameterSchema),
  body: bodySchema.exactOptional(),
  answer: answerSchema,
});

/**
 * Reads an operation's detail, as the compile step wrote it.
 *
 * @param path of the operation.
 * @throws DefinitionError when it is no such text, as it was edited or written by another version; or when no request
 *   can be made of it.
 */
export function parseDetail(operation: CompiledOperation, path: PathTemplate): OperationDetail {
  const { name, method } = operation;
  const detail = detailOf(operation);
  const filled = detail.parameters.flatMap((parameter) =>
    parameter.in === "path" ? parameter.name : [],
  );
  const problems = [
    ...(operation.path.startsWith("/") ? [] : ["its path does not begin with /"]),
    ...path.parts
      .flatMap((part) => ("parameter" in part ? part.parameter : []))
      .filter((parameter) => !filled.includes(parameter))
      .map((parameter) => `its path has {${parameter}}, which no parameter fills in`),
    ...(/[{}]/.test(path.query) ? ["its path has a parameter in what looks like a query"] : []),
    ...(detail.body !== undefined && ["GET", "HEAD"].includes(method)
      ? [`a ${method} with a body cannot be sent`]
      : []),
    ...detail.parameters
      .filter((parameter) => parameter.in === "header" && !isCarried(parameter))
      .map((parameter) => `the header ${parameter.name} is not a parameter's to set`),
  ];
  if (problems.length === 0) return detail;
  throw new DefinitionError(`The operation "${name}" cannot be called: ${problems.join("; ")}`);
}

/** Those that OpenAPI says are ignored are, unless they are fixed. */
function isCarried({ name, fixed }: CompiledParameter): boolean {
  const header = name.toLowerCase();
  if (IGNORED_HEADERS.has(header) && fixed === undefined) return true;
  return header === "idempotency-key" || isToolsHeader(name);
}

function detailOf({ name, detail }: CompiledOperation): OperationDetail {
  try {
    return detailSchema.parse(JSON.parse(detail));
  } catch (error) {
    throw new DefinitionError(
      `The operation "${name}" was not compiled by this version: run npm run openapi`,
      { cause: error },
    );
  }
}
