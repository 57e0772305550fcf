import type {
  CompiledAnswer,
  CompiledOperation,
  OperationDetail,
} from "../../src/engine/openapi/compiled.ts";
import { answerShape } from "./answer-shape.ts";
import type { Catalogue, OperationSettings } from "./catalogue-schema.ts";
import { compileBody } from "./compile-body.ts";
import { compileParameters, parametersOf } from "./compile-parameters.ts";
import type { ApiDocument, DocumentOperation } from "./document-operations.ts";
import { annotationsOf } from "./effects.ts";
import type { InputSchemas } from "./input-schemas.ts";
import { isObject, type JsonObject } from "./json.ts";
import { OpenApiError, type Problem } from "./openapi-error.ts";
import { plainText, tokensOf } from "./words.ts";
import { writeInput } from "./write-input.ts";

/** What a tool may cost in a list; descriptions get shorter until it fits. */
export const TOKENS_PER_TOOL = 2_000;

const MAX_DESCRIPTION_CHARS = 500;

/** Fetch refuses to send a body with these. */
const WITHOUT_BODY = ["GET", "HEAD"];

/**
 * Compiles an operation that is on.
 *
 * @param report what is read in another way than the document says.
 * @throws OpenApiError `openapi_operation`, `catalogue_invalid` with the place inside the operation.
 */
export function compileOperation(
  api: ApiDocument,
  operation: DocumentOperation,
  settings: OperationSettings,
  servers: Catalogue["servers"],
  schemas: InputSchemas,
  report: (problem: Problem) => void,
): CompiledOperation {
  const found = parametersOf(bodyless(operation, report), api.credentials, report);
  refuseUnknown(
    settings.parameters,
    found.map(({ argument }) => argument),
  );
  const { parameters, properties, required } = compileParameters(
    found,
    settings.parameters ?? {},
    schemas,
  );
  const { body } = bodyless(operation, () => {});
  const sent = body && compileBody(body, settings.body ?? {}, schemas);
  if (sent === undefined && settings.body !== undefined) {
    throw new OpenApiError("catalogue_invalid", "body", "This operation has no body");
  }
  const all = [...properties, ...(sent === undefined ? [] : [["body", sent.schema] as const])];
  refuseTwice(all.map(([name]) => name));
  const needed = [...required, ...(sent?.body.required === true ? ["body"] : [])];
  const root: JsonObject = {
    type: "object",
    properties: Object.fromEntries(all),
    ...(needed.length > 0 && { required: needed }),
    additionalProperties: false,
  };
  const description = settings.description ?? describe(operation);
  const cost = (input: JsonObject) =>
    tokensOf(JSON.stringify({ name: settings.name, description, input }));
  const input = writeInput(root, schemas, (schema) => cost(schema) <= TOKENS_PER_TOOL);
  const detail: OperationDetail = {
    input: { ...input, type: "object" },
    parameters,
    ...(sent !== undefined && { body: sent.body }),
    answer: answerOf(api, operation, settings),
  };
  const server = serverOf(operation, servers);
  const confirm = confirmOf(settings);
  return {
    name: settings.name,
    title: settings.title,
    description,
    group: operation.group,
    method: operation.method,
    path: operation.path,
    scopes: [settings.scope].flat(),
    annotations: annotationsOf(settings.effect, operation.method, settings.repeatable),
    ...(confirm !== undefined && { confirm }),
    ...(settings.favourite === true && { favourite: true as const }),
    ...(server !== undefined && { server }),
    detail: JSON.stringify(detail),
  };
}

function bodyless(
  operation: DocumentOperation,
  report: (problem: Problem) => void,
): DocumentOperation {
  if (operation.body === undefined || !WITHOUT_BODY.includes(operation.method)) return operation;
  const { value, place } = operation.body;
  // Some documents give every operation an empty body.
  if (isObject(value) && value.required === true) {
    report({ place, message: `${operation.method} carries no body: it is left out` });
  }
  const { body: _, ...rest } = operation;
  return rest;
}

function describe({ summary, description, key }: DocumentOperation): string {
  const first = plainText(summary ?? "", MAX_DESCRIPTION_CHARS);
  const more = plainText(description ?? "", MAX_DESCRIPTION_CHARS);
  if (more === "" || more === first) return first || key;
  if (first === "" || more.toLowerCase().startsWith(first.toLowerCase().replace(/\.$/, "")))
    return more;
  return `${first.replace(/\.$/, "")}. ${more}`;
}

function confirmOf({ confirm, title }: OperationSettings): string | undefined {
  if (confirm === true) return `${title.replace(/[.?!]$/, "")}?`;
  return confirm === false ? undefined : confirm;
}

function serverOf(
  { otherServer }: DocumentOperation,
  servers: Catalogue["servers"],
): string | undefined {
  if (otherServer === undefined) return undefined;
  const known = Object.entries(servers ?? {}).find(
    ([url]) => url.replace(/\/+$/, "") === otherServer,
  );
  if (known !== undefined) return known[1];
  throw new OpenApiError(
    "catalogue_invalid",
    "",
    `This operation is at another server. Name that under \`servers\`, such as { "${otherServer}": uploads }`,
  );
}

function answerOf(
  api: ApiDocument,
  operation: DocumentOperation,
  { answer }: OperationSettings,
): CompiledAnswer {
  const shape = shapeOrNone(api, operation);
  return {
    ...(shape !== undefined && { shape }),
    ...(answer?.fields !== undefined && { fields: answer.fields }),
    ...(answer?.["leave-out"] !== undefined && { leaveOut: answer["leave-out"] }),
  };
}

/** It only says what to expect: a document that has it wrong can still be called. */
function shapeOrNone(api: ApiDocument, operation: DocumentOperation): string | undefined {
  try {
    return answerShape(api.references, operation);
  } catch (error) {
    if (error instanceof OpenApiError) return undefined;
    throw error;
  }
}

function refuseUnknown(settings: OperationSettings["parameters"], known: readonly string[]): void {
  const unknown = Object.keys(settings ?? {}).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new OpenApiError(
    "catalogue_invalid",
    `parameters.${unknown}`,
    known.length === 0
      ? "This operation has no parameters"
      : `There is no such parameter. There are: ${known.join(", ")}`,
  );
}

function refuseTwice(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new OpenApiError("catalogue_invalid", "parameters", `Two arguments have the name ${twice}`);
}
