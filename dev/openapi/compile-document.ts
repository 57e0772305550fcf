import type { CompiledOpenApi, CompiledOperation } from "../../src/engine/openapi/compiled.ts";
import type { Catalogue, OperationSettings } from "./catalogue-schema.ts";
import { compileOperation } from "./compile-operation.ts";
import {
  type ApiDocument,
  type DocumentOperation,
  problemOf,
  readApi,
} from "./document-operations.ts";
import { inputSchemas } from "./input-schemas.ts";
import type { JsonObject } from "./json.ts";
import { OpenApiError, type Problem } from "./openapi-error.ts";
import { suggestHead, suggestOperations } from "./suggest.ts";

export type Compilation = {
  readonly api: ApiDocument;
  readonly compiled: CompiledOpenApi;
  /** By operation, in the document's order. */
  readonly byKey: ReadonlyMap<string, CompiledOperation>;
  /** Operations that are on and left out: each has to be put right, or switched off. */
  readonly faults: readonly Problem[];
  /** What is read in another way than the document says, and operations that cannot be read. */
  readonly problems: readonly Problem[];
};

/**
 * Compiles a document's operations.
 *
 * @param document as `readDocument` returns it.
 * @param options what people chose; or everything, each operation as it would be suggested.
 * @throws OpenApiError when the document as a whole cannot be read.
 */
export function compileDocument(
  document: JsonObject,
  options:
    | { readonly catalogue: Catalogue; readonly base?: string }
    | { readonly name: string; readonly everythingOn: true; readonly base?: string },
): Compilation {
  const api = readApi(document, options.base);
  return compileApi(
    api,
    "catalogue" in options ? options.catalogue : everything(api, options.name),
  );
}

/** Compiles the operations of a document that a catalogue switches on. */
export function compileApi(api: ApiDocument, catalogue: Catalogue): Compilation {
  const schemas = inputSchemas(api.references);
  const byKey = new Map<string, CompiledOperation>();
  const problems: Problem[] = [...api.problems];
  const faults: Problem[] = [];
  for (const operation of api.operations) {
    const settings = settingsOf(catalogue, operation);
    if (settings?.on !== true) continue;
    try {
      const report = (problem: Problem) => problems.push(problem);
      byKey.set(
        operation.key,
        compileOperation(api, operation, settings, catalogue.servers, schemas, report),
      );
    } catch (error) {
      faults.push(faultOf(error, operation));
    }
  }
  return {
    api,
    compiled: {
      version: 1,
      document: { title: api.title, version: api.version },
      scopes: scopesOf(catalogue),
      offer: catalogue.offer,
      operations: [...byKey.values()],
    },
    byKey,
    faults: [...faults, ...unreadable(api, catalogue)],
    problems,
  };
}

const settingsOf = ({ operations }: Catalogue, { key }: DocumentOperation) =>
  Object.hasOwn(operations, key) ? operations[key] : undefined;

function everything(api: ApiDocument, name: string): Catalogue {
  const others = api.operations.flatMap(({ otherServer }) => otherServer ?? []);
  const operations = [...suggestOperations(api, name)].map(
    ([key, settings]): [string, OperationSettings] => [key, { ...settings, on: true }],
  );
  return {
    ...suggestHead(api, name, name),
    servers: Object.fromEntries(
      [...new Set(others)].map((url, index) => [url, `server-${index + 1}`]),
    ),
    operations: Object.fromEntries(operations),
  };
}

function scopesOf({ scopes }: Catalogue): CompiledOpenApi["scopes"] {
  return Object.entries(scopes).map(([name, { description, group, baseline, implies }]) => ({
    name,
    description,
    ...(group !== undefined && { group }),
    baseline,
    ...(implies !== undefined && { implies }),
  }));
}

/** Places in the catalogue are those inside the operation. */
function faultOf(error: unknown, { key, place }: DocumentOperation): Problem {
  const { place: inside, message } = problemOf(error, place);
  if (error instanceof OpenApiError && error.code === "catalogue_invalid") {
    return { place: `operations."${key}"${inside === "" ? "" : `.${inside}`}`, message };
  }
  return { place: inside, message: `${key}: ${message}` };
}

/** Operations that are on and that the document has no longer, or not in a way that can be read. */
function unreadable(api: ApiDocument, { operations }: Catalogue): Problem[] {
  const known = new Set(api.operations.map(({ key }) => key));
  return Object.entries(operations)
    .filter(([key, { on }]) => on && !known.has(key))
    .map(([key]) => ({
      place: `operations."${key}"`,
      message:
        "This is on, and the document has it no longer, or not in a way that can be read. Switch it off, or take it out",
    }));
}
