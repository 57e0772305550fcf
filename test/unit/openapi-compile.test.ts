import { Validator } from "@cfworker/json-schema";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { type Compilation, compileDocument } from "../../dev/openapi/compile-document.ts";
import type { JsonObject } from "../../dev/openapi/json.ts";
import { suggestNames } from "../../dev/openapi/names.ts";
import { parseFile } from "../../dev/openapi/parse-document.ts";

// Each group of public failure reports that a compiler can get wrong is a test by its name.

const detailSchema = z.looseObject({
  input: z.looseObject({
    type: z.literal("object"),
    properties: z.record(z.string(), z.record(z.string(), z.unknown())),
    required: z.array(z.string()).optional(),
    $defs: z.record(z.string(), z.unknown()).optional(),
  }),
  parameters: z.array(z.looseObject({ name: z.string() })),
  body: z.looseObject({ argument: z.string() }).optional(),
  answer: z.looseObject({ shape: z.string().optional() }),
});

/** Compiles a document written in YAML, with everything on. */
function compile(yaml: string, version = "openapi: 3.1.0"): Compilation {
  const text = `${version}\ninfo: { title: Shop, version: "1" }\n${yaml}`;
  return compileDocument(parseFile(text, "shop.yaml"), { name: "shop", everythingOn: true });
}

function detailOf(compilation: Compilation, key: string) {
  expect(compilation.faults).toEqual([]);
  return detailSchema.parse(JSON.parse(compilation.byKey.get(key)?.detail ?? "{}"));
}

/** Whether a call with these arguments passes the check that the Worker makes. */
function accepts(schema: JsonObject, value: unknown): boolean {
  return new Validator(schema, "2020-12", false).validate(value).valid;
}

/** Operations whose body is one component each. */
const posting = (names: readonly string[], schemas: string) => `paths:
${names.map((name) => `  /${name}: { post: { requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/${name}" } } } } } }`).join("\n")}
components: { schemas: ${schemas} }`;

describe("references", () => {
  it("group 1: that lead back end, in a property, a list, a map, allOf and oneOf, and no definition dangles", () => {
    const names = ["Property", "List", "Map", "Every", "Some"];
    const compilation = compile(
      posting(
        names,
        `{
      Property: { type: object, properties: { child: { $ref: "#/components/schemas/Property" }, n: { type: integer } } },
      List: { type: object, properties: { children: { type: array, items: { $ref: "#/components/schemas/List" } } } },
      Map: { type: object, additionalProperties: { $ref: "#/components/schemas/Map" } },
      Every: { allOf: [{ $ref: "#/components/schemas/Base" }, { type: object, properties: { child: { allOf: [{ $ref: "#/components/schemas/Every" }, { type: object }] } } }] },
      Base: { type: object, properties: { of: { $ref: "#/components/schemas/Every" }, n: { type: integer } } },
      Some: { oneOf: [{ type: string }, { type: array, items: { $ref: "#/components/schemas/Some" } }] } }`,
      ),
    );
    for (const name of names) {
      const { input } = detailOf(compilation, `POST /${name}`);
      const refs = [...JSON.stringify(input).matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g)];
      expect(refs.length, name).toBeGreaterThan(0);
      for (const [, target = ""] of refs) expect(Object.keys(input.$defs ?? {})).toContain(target);
    }
    const { input } = detailOf(compilation, "POST /Property");
    expect(accepts(input, { body: { child: { child: { n: 1 } } } })).toBe(true);
    expect(accepts(input, { body: { child: { child: { n: "1" } } } })).toBe(false);
    const every = detailOf(compilation, "POST /Every").input;
    expect(accepts(every, { body: { child: { of: { n: "1" } } } })).toBe(false);
  });

  it("group 2: that are nothing but themselves are named with their place, and cost one operation", () => {
    const { faults, compiled } = compile(
      posting(
        ["A", "C", "D"],
        `{ A: { $ref: "#/components/schemas/B" }, B: { $ref: "#/components/schemas/A" },
           C: { anyOf: [{ $ref: "#/components/schemas/C" }, { type: string }] }, D: { type: string } }`,
      ),
    );
    expect(compiled.operations.map(({ path }) => path)).toEqual(["/D"]);
    expect(faults.map(({ message }) => message)).toEqual([
      expect.stringContaining("leads back to itself"),
      expect.stringContaining("leads back to itself"),
    ]);
  });

  it("group 3: are found three and more deep, through what they refer to", () => {
    const compilation = compile(
      posting(
        ["One"],
        `{ One: { type: object, properties: { two: { $ref: "#/components/schemas/Two" } } },
           Two: { type: object, properties: { three: { $ref: "#/components/schemas/Three" } } },
           Three: { type: object, properties: { four: { $ref: "#/components/schemas/Four" } } },
           Four: { type: object, required: [five], properties: { five: { type: boolean } } } }`,
      ),
    );
    const { input } = detailOf(compilation, "POST /One");
    expect(accepts(input, { body: { two: { three: { four: { five: true } } } } })).toBe(true);
    expect(accepts(input, { body: { two: { three: { four: {} } } } })).toBe(false);
  });

  it("stand for parameters, bodies, responses and path items", () => {
    const compilation = compile(`paths:
  /orders/{id}: { $ref: "#/components/pathItems/Order" }
components:
  pathItems:
    Order:
      parameters: [{ $ref: "#/components/parameters/Id" }]
      put:
        requestBody: { $ref: "#/components/requestBodies/Order" }
        responses: { "200": { $ref: "#/components/responses/Order" } }
  parameters: { Id: { name: id, in: path, required: true, schema: { $ref: "#/components/schemas/Id" } } }
  requestBodies: { Order: { content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } } }
  responses: { Order: { description: ok, content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } } }
  schemas:
    Id: { type: integer }
    Order: { type: object, required: [id], properties: { id: { $ref: "#/components/schemas/Id" } } }`);
    const { input, answer } = detailOf(compilation, "PUT /orders/{id}");
    expect(input.properties.id).toEqual({ type: "integer" });
    expect(accepts(input, { id: 1, body: { id: 2 } })).toBe(true);
    expect(answer.shape).toBe("{ id: number }");
  });

  it("keep what stands beside them in 3.1, and words alone in 3.0", () => {
    const yaml = posting(
      ["A"],
      `{ A: { type: object, properties: { n: { $ref: "#/components/schemas/N", maximum: 5, description: how many } } }, N: { type: integer } }`,
    );
    const now = detailOf(compile(yaml), "POST /A").input;
    expect(accepts(now, { body: { n: 9 } })).toBe(false);
    const before = detailOf(compile(yaml, "openapi: 3.0.3"), "POST /A").input;
    expect(accepts(before, { body: { n: 9 } })).toBe(true);
    expect(JSON.stringify(before)).toContain("how many");
  });

  it("lead to anchors too", () => {
    const compilation = compile(
      posting(
        ["A"],
        `{ A: { type: object, properties: { n: { $ref: "#count" } } }, N: { $anchor: count, type: integer } }`,
      ),
    );
    expect(accepts(detailOf(compilation, "POST /A").input, { body: { n: "1" } })).toBe(false);
  });
});

describe("names", () => {
  const operation = (operationId: string, path = "/x", method = "GET" as const) => ({
    ...{ key: `${method} ${path}`, method, path },
    operationId,
  });
  const none = new Map<string, string>();

  it("groups 4 and 6: have at most 48 of [a-z0-9_], whatever a document calls its operations", () => {
    const odd = [
      operation("a".repeat(90), "/long"),
      operation("Actions/AddSelectedRepo To.Org-Variable", "/b"),
      operation("取得訂單", "/c/{order id}"),
      operation("", `/${"deep/".repeat(40)}`),
      operation("__proto__", "/d"),
      operation("search_operations", "/e"),
    ];
    const names = [...suggestNames(odd, none).values()];
    for (const name of names) expect(name).toMatch(/^[a-z0-9][a-z0-9_]{0,47}$/);
    expect(new Set(names).size).toBe(odd.length);
    expect(names).not.toContain("search_operations");
    expect(names[2]).toBe("get_c_by_order_id");
  });

  it("that collide are settled by each operation alone, whatever order they stand in", () => {
    const same = [operation("list", "/a"), operation("list", "/b"), operation("get", "/c")];
    const forwards = suggestNames(same, none);
    const backwards = suggestNames([...same].reverse(), none);
    expect(forwards).toEqual(new Map([...backwards].reverse()));
    expect([...forwards.values()]).toEqual(["get_a", "get_b", "get"]);
    const alike = [operation("list", "/a/b"), operation("list", "/a-b"), operation("list", "/a_b")];
    const settled = [...suggestNames(alike, none).values()];
    expect(new Set(settled).size).toBe(3);
    expect(suggestNames(alike.slice(1), none).get("GET /a-b")).toBe(settled[1]);
  });

  it("group 5: that are long keep apart: what tells them apart is part of the 48", () => {
    const long = `create${"VeryLongResource".repeat(5)}`;
    const both = [operation(`${long}One`, "/one"), operation(`${long}Two`, "/two")];
    const names = [...suggestNames(both, none).values()];
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name.length).toBeLessThanOrEqual(48);
  });

  it("that stand stay, and a new operation goes around them", () => {
    const standing = new Map([["GET /a", "list"]]);
    const names = suggestNames([operation("other", "/a"), operation("list", "/b")], standing);
    expect(names).toEqual(new Map([["GET /b", "get_b"]]));
  });
});

describe("arguments", () => {
  it("group 7: are distinct where one name stands in path, query, header, cookie and body", () => {
    const compilation = compile(`paths:
  /variables/{name}:
    patch:
      parameters:
        - { name: name, in: cookie, schema: { type: string } }
        - { name: name, in: header, schema: { type: string } }
        - { name: name, in: query, schema: { type: string } }
        - { name: body, in: query, schema: { type: string } }
        - { name: name, in: path, required: true, schema: { type: string } }
      requestBody: { content: { application/json: { schema: { title: name, type: object, properties: { name: { type: string } } } } } }`);
    const { input, parameters } = detailOf(compilation, "PATCH /variables/{name}");
    expect(Object.keys(input.properties)).toEqual([
      ...["name", "name_query", "body_query", "name_header", "name_cookie", "body"],
    ]);
    expect(parameters.map(({ argument }) => argument)).toEqual([
      ...["name", "name_query", "body_query", "name_header", "name_cookie"],
    ]);
    expect(input.properties.body?.properties).toEqual({ name: { type: "string" } });
  });

  it("have names that models take, and the parameter keeps its own", () => {
    const compilation = compile(`paths:
  /x: { get: { parameters: [{ name: "filter[status]", in: query, schema: { type: string } }, { name: "$filter", in: query, schema: { type: string } }] } }`);
    expect(detailOf(compilation, "GET /x").parameters).toMatchObject([
      { name: "filter[status]", argument: "filter_status" },
      { name: "$filter", argument: "filter" },
    ]);
  });

  it("group 8: hold a body that is a list, a string or a number", () => {
    const body = (schema: string) =>
      `{ post: { requestBody: { required: true, content: { application/json: { schema: ${schema} } } } } }`;
    const compilation = compile(`paths:
  /list: ${body("{ type: array, items: { type: string } }")}
  /text: ${body("{ type: string }")}
  /number: ${body("{ type: number }")}`);
    const list = detailOf(compilation, "POST /list").input;
    expect(list.required).toEqual(["body"]);
    expect(accepts(list, { body: ["a"] })).toBe(true);
    expect(accepts(detailOf(compilation, "POST /text").input, { body: "a" })).toBe(true);
    expect(accepts(detailOf(compilation, "POST /number").input, { body: "a" })).toBe(false);
  });

  it("groups 9 and 10: fill every part of a path: those of the path item, repeated ones, several, and undeclared ones", () => {
    const compilation = compile(`paths:
  /{tenant}/{tenant}/users/{user}/{undeclared}:
    parameters:
      - { name: tenant, in: path, required: true, schema: { type: string } }
      - { name: user, in: path, required: true, schema: { type: string } }
      - { name: page, in: query, schema: { type: string } }
    get:
      parameters: [{ name: page, in: query, schema: { type: integer } }, { name: gone, in: path, required: true }]`);
    const key = "GET /{tenant}/{tenant}/users/{user}/{undeclared}";
    const { input, parameters } = detailOf(compilation, key);
    expect(input.required).toEqual(["tenant", "user", "undeclared"]);
    expect(input.properties.page).toEqual({ type: "integer" });
    expect(parameters).toHaveLength(4);
    expect(compilation.problems.map(({ message }) => message)).toEqual([
      expect.stringContaining("has no {gone}"),
      expect.stringContaining("{undeclared} of the path is not declared"),
    ]);
  });

  it("leave out what is the body's, the answer's, the API's access or HTTP's to say", () => {
    const compilation = compile(`paths:
  /x:
    get:
      parameters:
        - { name: accept, in: header, schema: { type: string } }
        - { name: Content-Type, in: header, schema: { type: string } }
        - { name: AUTHORIZATION, in: header, schema: { type: string } }
        - { name: Host, in: header, schema: { type: string } }
        - { name: Cookie, in: header, schema: { type: string } }
        - { name: x-api-key, in: header, schema: { type: string } }
        - { name: X-Trace, in: header, schema: { type: string } }
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-API-Key } } }`);
    expect(Object.keys(detailOf(compilation, "GET /x").input.properties)).toEqual(["X-Trace"]);
  });

  it("group 11: say style and explode as the specification defaults them, and Swagger's collectionFormat", () => {
    const compilation = compile(`paths:
  /{a}/x:
    get:
      parameters:
        - { name: a, in: path, required: true, schema: { type: array, items: { type: string } } }
        - { name: b, in: query, schema: { type: array, items: { type: string } } }
        - { name: c, in: query, style: pipeDelimited, schema: { type: array, items: { type: string } } }
        - { name: d, in: query, style: deepObject, schema: { type: object } }
        - { name: e, in: query, content: { application/json: { schema: { type: object } } } }
        - { name: f, in: header, schema: { type: string } }`);
    expect(detailOf(compilation, "GET /{a}/x").parameters).toMatchObject([
      { name: "a", style: "simple", explode: false },
      { name: "b", style: "form", explode: true },
      { name: "c", style: "pipeDelimited", explode: false },
      { name: "d", style: "deepObject", explode: true },
      { name: "e", contentType: "application/json" },
      { name: "f", style: "simple", explode: false },
    ]);
    const swagger = compile(
      `paths:
  /x: { get: { parameters: [
    { name: csv, in: query, type: array, items: { type: string } },
    { name: multi, in: query, type: array, items: { type: string }, collectionFormat: multi },
    { name: pipes, in: query, type: array, items: { type: string }, collectionFormat: pipes }] } }`,
      'swagger: "2.0"',
    );
    expect(detailOf(swagger, "GET /x").parameters).toMatchObject([
      { name: "csv", style: "form", explode: false },
      { name: "multi", style: "form", explode: true },
      { name: "pipes", style: "pipeDelimited" },
    ]);
  });
});

describe("bodies", () => {
  const body = (content: string) => `{ post: { requestBody: { content: { ${content} } } } }`;

  it("group 13: are sent as what the API takes: form, multipart with files, bytes, text", () => {
    const compilation = compile(`paths:
  /form: ${body("application/x-www-form-urlencoded: { schema: { type: object, properties: { a: { type: object } } }, encoding: { a: { style: deepObject, explode: true } } }")}
  /files: ${body("multipart/form-data: { schema: { $ref: '#/components/schemas/Upload' } }")}
  /bytes: ${body("image/png: { schema: { type: string, format: binary } }")}
  /text: ${body("text/csv: { schema: { type: string } }")}
  /best: ${body("application/xml: { schema: { type: object } }, application/json-patch+json: { schema: { type: array } }, application/vnd.shop+json: { schema: { type: object } }")}
components: { schemas: { Upload: { type: object, required: [file], properties: {
  file: { type: string, format: binary }, more: { type: array, items: { type: string, contentMediaType: image/png, contentEncoding: binary } },
  files: { type: array, items: { contentMediaType: application/octet-stream } }, note: { type: string } } } } }`);
    expect(detailOf(compilation, "POST /form").body).toMatchObject({
      kind: "form",
      encoding: { a: { style: "deepObject", explode: true } },
    });
    const files = detailOf(compilation, "POST /files");
    expect(files.body).toMatchObject({ kind: "multipart", files: ["file", "files"] });
    expect(accepts(files.input, { body: { file: { base64: "aGk=", filename: "a.txt" } } })).toBe(
      true,
    );
    expect(accepts(files.input, { body: { file: "hi" } })).toBe(false);
    expect(detailOf(compilation, "POST /bytes").body).toMatchObject({
      kind: "bytes",
      contentType: "image/png",
    });
    expect(detailOf(compilation, "POST /text").body).toMatchObject({ kind: "text" });
    expect(detailOf(compilation, "POST /best").body).toMatchObject({
      contentType: "application/vnd.shop+json",
    });
  });

  it("of Swagger 2.0 come from formData and body parameters, also by reference", () => {
    const compilation = compile(
      `consumes: [application/json]
paths:
  /upload: { post: { consumes: [multipart/form-data], parameters: [{ name: file, in: formData, type: file, required: true }, { name: note, in: formData, type: string }] } }
  /pets: { post: { parameters: [{ $ref: "#/parameters/Pet" }] } }
parameters: { Pet: { name: pet, in: body, required: true, schema: { $ref: "#/definitions/Pet" } } }
definitions: { Pet: { type: object, required: [name], properties: { name: { type: string, x-nullable: true } } } }`,
      'swagger: "2.0"',
    );
    expect(detailOf(compilation, "POST /upload").body).toMatchObject({
      kind: "multipart",
      files: ["file"],
    });
    const { input } = detailOf(compilation, "POST /pets");
    expect(accepts(input, { body: { name: null } })).toBe(true);
    expect(accepts(input, { body: {} })).toBe(false);
  });

  it("take no readOnly property and require none, and keep writeOnly ones", () => {
    const compilation = compile(
      posting(
        ["User"],
        `{ User: { allOf: [{ $ref: "#/components/schemas/Base" }, { required: [id, password], properties: { stamp: { $ref: "#/components/schemas/Stamp" } } }] },
           Base: { type: object, required: [id, name], properties: { id: { type: integer, readOnly: true }, name: { type: string }, password: { type: string, writeOnly: true } } },
           Stamp: { type: string, readOnly: true } }`,
      ),
    );
    const { input } = detailOf(compilation, "POST /User");
    expect(input.properties.body?.properties).toEqual({
      ...{ name: { type: "string" }, password: { type: "string" } },
    });
    expect(input.properties.body?.required).toEqual(["name", "password"]);
  });
});

describe("input schemas", () => {
  it("group 14: have an object at their root and no combinator there, whatever the body is", () => {
    const compilation = compile(
      posting(
        ["Any", "One", "All"],
        `{ Any: { anyOf: [{ type: string }, { type: integer }] }, One: { oneOf: [{ type: object, properties: { a: { type: string } } }, { type: array }] },
           All: { allOf: [{ type: object, properties: { a: { type: string } } }, { type: object, properties: { b: { type: string } } }] } }`,
      ),
    );
    for (const name of ["Any", "One", "All"]) {
      const { input } = detailOf(compilation, `POST /${name}`);
      expect(
        Object.keys(input)
          .filter((key) => key !== "$defs")
          .sort(),
      ).toEqual([...["additionalProperties", "properties", "required", "type"]]);
    }
    expect(detailOf(compilation, "POST /All").input.properties.body).toEqual({
      type: "object",
      properties: { a: { type: "string" }, b: { type: "string" } },
    });
  });

  it("group 16: bring 3.0's nullable, draft 04's exclusive bounds and lists of items up to date", () => {
    const compilation = compile(
      posting(
        ["A"],
        `{ A: { type: object, properties: {
          text: { type: string, nullable: true }, word: { type: string, nullable: true, enum: [a, b] },
          ref: { nullable: true, allOf: [{ $ref: "#/components/schemas/B" }] },
          over: { type: number, minimum: 0, exclusiveMinimum: true },
          code: { type: string, pattern: "(?i)broken[" } } }, B: { type: object, properties: { n: { type: integer } } } }`,
      ),
      "openapi: 3.0.1",
    );
    const { input } = detailOf(compilation, "POST /A");
    for (const good of [
      { text: null },
      { word: null },
      { word: "a" },
      { ref: null },
      { over: 1 },
      { code: "x" },
    ]) {
      expect(accepts(input, { body: good }), JSON.stringify(good)).toBe(true);
    }
    for (const bad of [{ word: "c" }, { over: 0 }, { ref: { n: "1" } }]) {
      expect(accepts(input, { body: bad }), JSON.stringify(bad)).toBe(false);
    }
  });

  it("take the other draft's words in a 3.1 document", () => {
    const compilation = compile(
      posting(
        ["A"],
        `{ A: { type: object, required: true, properties: { over: { type: number, minimum: 0, exclusiveMinimum: true }, text: { type: string, nullable: true }, pair: { type: array, items: [{ type: string }, { type: integer }] } } } }`,
      ),
    );
    const { input } = detailOf(compilation, "POST /A");
    expect(accepts(input, { body: { over: 1, text: null, pair: ["a", 1] } })).toBe(true);
    expect(accepts(input, { body: { over: 0 } })).toBe(false);
    expect(accepts(input, { body: { pair: [1, 1] } })).toBe(false);
  });

  it("group 16: keep discriminators usable: with alternatives, by inheritance, and overlapping", () => {
    const compilation = compile(
      posting(
        ["Listed", "Base", "Overlapping"],
        `{ Listed: { oneOf: [{ $ref: "#/components/schemas/Cat" }, { $ref: "#/components/schemas/Dog" }], discriminator: { propertyName: kind, mapping: { cat: "#/components/schemas/Cat", dog: Dog } } },
           Cat: { type: object, required: [kind], properties: { kind: { type: string }, lives: { type: integer } } },
           Dog: { type: object, required: [kind], properties: { kind: { type: string }, tricks: { type: array } } },
           Base: { type: object, required: [type], properties: { type: { type: string }, parent: { $ref: "#/components/schemas/Base" } }, discriminator: { propertyName: type } },
           Big: { allOf: [{ $ref: "#/components/schemas/Base" }, { type: object, required: [size], properties: { size: { type: integer } } }] },
           Small: { allOf: [{ $ref: "#/components/schemas/Base" }, { type: object, properties: { grain: { type: integer } } }] },
           Overlapping: { oneOf: [{ type: integer }, { type: number }] } }`,
      ),
    );
    const listed = detailOf(compilation, "POST /Listed").input;
    expect(accepts(listed, { body: { kind: "cat", lives: 9 } })).toBe(true);
    expect(accepts(listed, { body: { kind: "cow" } })).toBe(false);
    expect(accepts(listed, { body: { kind: "cat", lives: "nine" } })).toBe(false);
    const base = detailOf(compilation, "POST /Base").input;
    expect(accepts(base, { body: { type: "Big", size: 1, parent: { type: "Small" } } })).toBe(true);
    expect(accepts(base, { body: { type: "Big" } })).toBe(false);
    expect(accepts(detailOf(compilation, "POST /Overlapping").input, { body: 1 })).toBe(true);
  });

  it("group 17: take properties named $ref, context, example, default, properties and __proto__ for what they are", () => {
    const names = [
      "$ref",
      "context",
      "example",
      "default",
      "properties",
      "allOf",
      "__proto__",
      "readOnly",
    ];
    const compilation = compile(
      posting(
        ["A"],
        `{ A: { type: object, properties: { ${names.map((name) => `${name}: { type: string }`).join(", ")} } } }`,
      ),
      "openapi: 3.0.3",
    );
    const { input } = detailOf(compilation, "POST /A");
    expect(Object.keys(input.properties.body?.properties ?? {}).sort()).toEqual([...names].sort());
    expect(accepts(input, { body: { $ref: "x", context: "y" } })).toBe(true);
    expect(accepts(input, { body: { $ref: 1 } })).toBe(false);
  });

  it("group 17: follow references in propertyNames and in maps by pattern", () => {
    const compilation = compile(
      posting(
        ["A"],
        `{ A: { type: object, propertyNames: { $ref: "#/components/schemas/Name" }, patternProperties: { "^x": { $ref: "#/components/schemas/Value" } } },
           Name: { type: string, maxLength: 3 }, Value: { type: integer } }`,
      ),
    );
    const { input } = detailOf(compilation, "POST /A");
    expect(accepts(input, { body: { xyz: 1 } })).toBe(true);
    expect(accepts(input, { body: { xyzzy: 1 } })).toBe(false);
    expect(accepts(input, { body: { xyz: "1" } })).toBe(false);
  });

  it("group 22: do not take a combinator without a type for a string", () => {
    const compilation = compile(
      posting(
        ["A"],
        `{ A: { type: object, properties: { when: { anyOf: [{ type: integer }, { type: object }] }, any: {} } } }`,
      ),
    );
    const { input } = detailOf(compilation, "POST /A");
    expect(accepts(input, { body: { when: 5, any: [1] } })).toBe(true);
    expect(accepts(input, { body: { when: "now" } })).toBe(false);
  });

  it("group 20: carry only the definitions that they reach, and repeat no large part", () => {
    const address =
      "{ type: object, description: Where it goes to, properties: { street: { type: string, maxLength: 100 }, city: { type: string, maxLength: 100 }, country: { type: string, maxLength: 2 } } }";
    const compilation = compile(
      posting(
        ["A", "B"],
        `{ A: { type: object, properties: { from: ${address}, to: ${address}, next: { $ref: "#/components/schemas/A" } } },
           B: { type: object, properties: { n: { type: integer } } } }`,
      ),
    );
    const a = detailOf(compilation, "POST /A").input;
    expect(Object.keys(a.$defs ?? {}).sort()).toEqual(["A", "from"]);
    expect(JSON.stringify(a).match(/Where it goes/g)).toHaveLength(1);
    expect(accepts(a, { body: { to: { city: 1 } } })).toBe(false);
    expect(detailOf(compilation, "POST /B").input.$defs).toBeUndefined();
  });

  it("group 20: fit a budget: descriptions get shorter, examples and extensions are left out", () => {
    const many = Array.from(
      { length: 60 },
      (_, index) =>
        `p${index}: { type: string, example: secret, x-note: secret, description: "${"What it is about. ".repeat(20)}" }`,
    );
    const compilation = compile(
      posting(["A"], `{ A: { type: object, properties: { ${many.join(", ")} } } }`),
    );
    const text = JSON.stringify(detailOf(compilation, "POST /A").input);
    expect(text).not.toContain("secret");
    expect(Math.ceil(text.length / 4)).toBeLessThan(2_000);
  });
});

describe("a document", () => {
  it("group 18: has servers with variables, relative ones, prefixes and others", () => {
    const compilation =
      compile(`servers: [{ url: "https://{region}.example.com/{version}/", variables: { region: { default: eu }, version: { enum: [v1], default: v1 } } }, { url: https://other.example }]
paths:
  /a: { get: {} }
  /b: { servers: [{ url: https://eu.example.com/v1/deep }], get: {} }
  /c: { get: { servers: [{ url: https://uploads.example.com }] } }`);
    expect(compilation.api.defaultUrl).toBe("https://eu.example.com/v1");
    expect(compilation.compiled.operations.map(({ path, server }) => [path, server])).toEqual([
      ["/a", undefined],
      ["/deep/b", undefined],
      ["/c", "server-1"],
    ]);
    const relative = parseFile(
      "openapi: 3.1.0\ninfo: { title: A, version: '1' }\nservers: [{ url: /v2 }]\npaths: { /a: { get: {} } }",
      "a",
    );
    const options = { name: "a", everythingOn: true } as const;
    expect(compileDocument(relative, options).api.defaultUrl).toBeUndefined();
    const base = "https://api.example.com/docs/openapi.json";
    expect(compileDocument(relative, { ...options, base }).api.defaultUrl).toBe(
      "https://api.example.com/v2",
    );
  });

  it("with one bad operation loses that one, named with its place", () => {
    const { compiled, faults, problems } = compile(`paths:
  /good: { get: {} }
  /nowhere: { post: { requestBody: { $ref: "#/components/requestBodies/None" } } }
  /wrong: { post: { requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: strin } } } } } } } }
  /list: { post: { requestBody: { content: { application/json: { schema: { properties: [a] } } } } } }
  /parameter: { get: { parameters: [{ name: a, in: nowhere }] } }
  /text: { get: soon }`);
    expect(compiled.operations.map(({ path }) => path)).toEqual(["/good"]);
    expect(faults.map(({ place }) => place)).toEqual([
      "#/paths/~1wrong/post/requestBody/content/application~1json/schema/properties/a",
      "#/paths/~1list/post/requestBody/content/application~1json/schema/properties",
    ]);
    expect(problems.map(({ place }) => place)).toEqual([
      "#/paths/~1nowhere/post/requestBody",
      "#/paths/~1parameter/get/parameters/0",
      "#/paths/~1text/get",
    ]);
  });

  it("of Swagger 2.0 with an operation that cannot be upgraded loses that one", () => {
    const { compiled, problems } = compile(
      "paths: { /good: { get: {} }, /bad: { get: { parameters: [{ name: a, type: string }] } } }",
      'swagger: "2.0"',
    );
    expect(compiled.operations.map(({ path }) => path)).toEqual(["/good"]);
    expect(problems).toMatchObject([{ place: "#/paths/~1bad/get" }]);
  });

  it("groups 15 and 21: says which operations are deprecated, and each has a shape that ends", () => {
    const compilation = compile(`paths:
  /a: { get: { deprecated: true, responses: { "200": { description: ok, content: { application/json: { schema: { $ref: "#/components/schemas/Node" } } } } } } }
components: { schemas: { Node: { type: object, required: [id], properties: { id: { type: integer }, children: { type: array, items: { $ref: "#/components/schemas/Node" } }, secret: { type: string, writeOnly: true } } } } }`);
    expect(compilation.api.operations[0]?.deprecated).toBe(true);
    expect(detailOf(compilation, "GET /a").answer.shape).toBe("{ id: number; children?: Node[] }");
  });
});

describe("suggestions", () => {
  it("say what an operation does by its method, and by its name where a POST destroys", () => {
    const compilation = compile(`paths:
  /orders/{id}/cancel: { post: { operationId: cancelOrder, summary: cancel an order. } }
  /orders/{id}: { get: {}, put: {}, patch: {}, delete: { operationId: deleteOrder } }
  /orders: { post: { operationId: placeOrder } }`);
    const said = compilation.compiled.operations.map(({ name, annotations, scopes, confirm }) => {
      const { readOnlyHint, destructiveHint, idempotentHint } = annotations;
      return [name, scopes[0], readOnlyHint, destructiveHint, idempotentHint, confirm];
    });
    expect(said).toEqual([
      ["cancel_order", "shop:write", false, true, false, "Cancel an order?"],
      ["get_orders_by_id", "shop:read", true, false, true, undefined],
      ["put_orders_by_id", "shop:write", false, true, true, undefined],
      ["patch_orders_by_id", "shop:write", false, true, false, undefined],
      ["delete_order", "shop:write", false, true, true, "Delete order?"],
      ["place_order", "shop:write", false, false, false, undefined],
    ]);
  });

  it("hold what is left out of a body closed, also where the body takes any property or alternatives", () => {
    const text = `openapi: 3.1.0
info: { title: A, version: "1" }
paths:
  /map: { post: { requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: string }, b: { type: string } }, additionalProperties: { type: string } } } } } } }
  /some: { post: { requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: string } }, anyOf: [{ properties: { b: { type: string } } }] } } } } } }`;
    const operation = (name: string) => ({
      ...{ on: true, name, title: name, scope: "a:write", effect: "adds" as const },
      body: { a: { "leave-out": true } },
    });
    const compilation = compileDocument(parseFile(text, "a.yaml"), {
      catalogue: {
        document: { source: "a.yaml", title: "A", version: "1" },
        offer: "tools",
        scopes: { "a:write": { description: "Write", baseline: false } },
        operations: { "POST /map": operation("map"), "POST /some": operation("some") },
      },
    });
    for (const key of ["POST /map", "POST /some"]) {
      const { input } = detailOf(compilation, key);
      expect(accepts(input, { body: { b: "x" } }), key).toBe(true);
      expect(accepts(input, { body: { a: "x" } }), key).toBe(false);
    }
  });
});
