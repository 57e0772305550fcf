import { describe, expect, it } from "vitest";
import * as z from "zod";
import { compileDocument } from "../../dev/openapi/compile-document.ts";
import { isObject } from "../../dev/openapi/json.ts";
import { base, builtRequest } from "./built-request.ts";
import { declaredBy } from "./declared.ts";
import { documentNames, readDocument } from "./documents.ts";
import { findings } from "./oracle.ts";

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch"];
const pathsSchema = z.record(z.string(), z.record(z.string(), z.unknown()));

/** Every operation of real documents, switched on: its request is read back as its document says. */
describe.each(documentNames)("%s", (name) => {
  const document = readDocument(name);
  if (!isObject(document)) throw new Error(`${name} is no document`);
  const { byKey, faults } = compileDocument(document, { name: "corpus", everythingOn: true });

  it("has an operation for each of its own", () => {
    expect(faults).toEqual([]);
    expect(byKey.size).toBe(operationsOf(document));
  });

  it("loses no parameter and no body, and writes each as the specification says", async () => {
    const found: string[] = [];
    for (const [key, operation] of byKey) {
      const [method = "", path = ""] = key.split(/ (.*)/);
      const declared = declaredBy(document, path, method.toLowerCase());
      const { sent, given } = await builtRequest(operation);
      const problems = await findings(declared, operation.path, base, sent, given);
      found.push(...problems.map(({ finding, about }) => `${key}: ${finding}: ${about}`));
    }
    expect(found).toEqual([]);
  });
});

/** The methods of all paths, counted in the document as it was published. */
function operationsOf({ paths }: Record<string, unknown>): number {
  const items = Object.values(pathsSchema.parse(paths));
  return items.flatMap((item) => METHODS.filter((method) => method in item)).length;
}
