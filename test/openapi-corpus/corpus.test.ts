import { describe, expect, it } from "vitest";
import { compileDocument } from "../../dev/openapi/compile-document.ts";
import { isObject } from "../../dev/openapi/json.ts";
import { base, builtRequest } from "./built-request.ts";
import { declaredBy, declaredOperations } from "./declared.ts";
import { exampleDocuments, readDocument, realDocuments } from "./documents.ts";
import { findings } from "./oracle.ts";

/** Every operation of real documents, switched on: its request is read back as its document says. */
describe.each([...realDocuments, ...exampleDocuments])("%s", (name) => {
  const document = readDocument(name);
  if (!isObject(document)) throw new Error(`${name} is no document`);
  const { byKey, faults } = compileDocument(document, { name: "corpus", everythingOn: true });

  it("has an operation for each of its own", () => {
    expect(faults).toEqual([]);
    expect(byKey.size).toBe(declaredOperations(document).length);
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
