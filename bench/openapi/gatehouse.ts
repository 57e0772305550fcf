import { compileDocument } from "../../dev/openapi/compile-document.ts";
import { compiledFile } from "../../dev/openapi/compiled-file.ts";
import { isObject } from "../../dev/openapi/json.ts";
import { toolTokens } from "../../dev/openapi/report.ts";
import { builtRequest } from "../../test/openapi-corpus/built-request.ts";
import { declaredBy, declaredOperations } from "../../test/openapi-corpus/declared.ts";
import type { Message } from "./measured.ts";
import { stopwatch } from "./stopwatch.ts";
import { type Asked, Tally } from "./tally.ts";

/** Measures us: every operation switched on, compiled, and asked for its request. */
export async function measureGatehouse(text: string, report: (message: Message) => void) {
  const lap = stopwatch();
  const document: unknown = JSON.parse(text);
  if (!isObject(document)) throw new TypeError("This is no document");
  const { byKey, compiled, faults } = compileDocument(document, {
    name: "corpus",
    everythingOn: true,
  });
  const file = compiledFile("corpus", compiled);
  report({
    phase: "prepared",
    ...lap(),
    compiledKiB: Buffer.byteLength(file) / 1_024,
    faults: faults.length,
  });

  const tally = new Tally();
  for (const operation of askedBy(document)) {
    const own = byKey.get(operation.key);
    await tally.add(
      { ...operation, template: own?.path ?? operation.template },
      own && (() => builtRequest(own)),
    );
  }
  report(tally.message());
  const tokens = compiled.operations.reduce((sum, operation) => sum + toolTokens(operation), 0);
  report({ phase: "listed", tokens });
}

/** The operations of a document, read by the corpus's own reader. */
export function askedBy(document: unknown): Asked[] {
  return declaredOperations(document).map((operation) => {
    const [method = "", path = ""] = operation.split(/ (.*)/);
    return {
      key: `${method.toUpperCase()} ${path}`,
      declared: declaredBy(document, path, method),
      template: path.replace(/#.*/, ""),
    };
  });
}
