import { describe, expect, it } from "vitest";
import { ArgumentCheck } from "../../src/engine/openapi/arguments/argument-check";

const input = {
  type: "object",
  properties: {
    id: { type: "integer", minimum: 1 },
    state: { enum: ["open", "closed"] },
    labels: { type: "array", items: { type: "string" } },
    on: { type: "string", format: "date" },
    archived: { type: "boolean" },
    note: { type: "string" },
    any: {},
    who: { anyOf: [{ type: "string" }, { type: "integer" }] },
    owner: { $ref: "#/$defs/a~1b c%25" },
    either: {
      oneOf: [
        { $ref: "#/$defs/Card" },
        { type: "object", properties: { kind: { const: "cash" } }, required: ["kind"] },
      ],
    },
    price: { type: ["number", "null"] },
  },
  required: ["id"],
  additionalProperties: false,
  $defs: {
    "a/b c%": {
      type: "object",
      properties: { name: { type: "string" }, boss: { $ref: "#/$defs/a~1b c%25" } },
      required: ["name"],
      additionalProperties: false,
    },
    Card: {
      type: "object",
      properties: { kind: { const: "card" }, number: { type: "string", minLength: 4 } },
      required: ["kind", "number"],
    },
  },
};

const check = new ArgumentCheck(input);

function messageOf(args: object, by = check): string {
  const parsed = by.parse({ id: 1, ...args });
  return parsed.ok ? "" : parsed.message.replace("Wrong arguments: ", "");
}

function taken(args: object, by = check): unknown {
  const parsed = by.parse({ id: 1, ...args });
  return parsed.ok ? parsed.args : parsed.message;
}

describe("an error of arguments says where, what, and what was probably meant", () => {
  it.each([
    [{ id: 0 }, "at id: 0 is less than 1."],
    [{ id: "x" }, "at id: expected integer, received string"],
    [{ state: "opne" }, 'at state: "opne" is not "open", "closed"'],
    [{ labels: ["a", 2] }, "at labels[1]: expected string, received number"],
    [{ on: "tomorrow" }, 'at on: String does not match format "date".'],
    [{ owner: {} }, 'at owner: "name" is missing'],
    [
      { owner: { name: "a", boss: { nmae: "b" } } },
      'at owner.boss: "name" is missing\nat owner.boss: unknown argument "nmae": did you mean "name"?',
    ],
    [{ lables: [] }, 'unknown argument "lables": did you mean "labels"?'],
    [
      { either: { kind: "card", number: "1" } },
      "at either: matches none of its 2 forms; the nearest: at either.number: String is too short (1 < 4).",
    ],
    [
      { who: [] },
      "at who: matches none of its forms: expected string, received array; or expected integer, received array",
    ],
  ])("%j", (args, message) => {
    expect(messageOf(args)).toBe(message);
  });

  it("has at most ten lines", () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`x${index}`, 1]));
    expect(messageOf(many).split("\n")).toHaveLength(11);
    expect(messageOf(many)).toMatch(/and 30 more$/);
  });
});

describe("group 21: a text of JSON, where no text is taken, is what it says", () => {
  it.each([
    [{ id: "7" }, { id: 7 }],
    [{ labels: '["a","b"]' }, { labels: ["a", "b"] }],
    [{ owner: '{"name":"Ada"}' }, { owner: { name: "Ada" } }],
    [
      { owner: { name: "Ada", boss: '{"name":"7"}' } },
      { owner: { name: "Ada", boss: { name: "7" } } },
    ],
    [{ archived: "true" }, { archived: true }],
    [{ price: "null" }, { price: null }],
    [{ either: '{"kind":"cash"}' }, { either: { kind: "cash" } }],
  ])("%j", (args, healed) => {
    expect(taken(args)).toEqual({ id: 1, ...healed });
  });

  it.each([{ note: "7" }, { note: '{"a":1}' }, { any: "[1]" }, { who: "7" }, { labels: ["7"] }])(
    "but %j is a text, as one is allowed",
    (args) => {
      expect(taken(args)).toEqual({ id: 1, ...args });
    },
  );

  it.each([
    "9007199254740993",
    "1.0000000000000000001",
    "0x10",
    "",
    "[".repeat(70) + "]".repeat(70),
  ])("and %j is no number that it would not stay", (id) => {
    expect(messageOf({ id })).toBe("at id: expected integer, received string");
  });
});

describe("a document's mistake makes no call fail", () => {
  const property = (schema: object, more: object = {}) =>
    new ArgumentCheck({ type: "object", properties: { x: schema }, ...more });

  it.each([
    [{ type: "string", pattern: "[" }],
    [{ type: "string", pattern: "(a+)+$" }],
    [{ $ref: "#/components/schemas/Gone" }],
    [{ $ref: "#/$defs/Gone" }],
    [{ type: "nonsense", minimum: "three", required: "x", items: [], enum: "x" }],
    [{ example: { id: "not a uri %", $ref: 3 }, "x-note": { $id: "::" } }],
    [{ oneOf: [{ type: "string" }, { minLength: 1 }] }],
  ])("%j", (schema) => {
    const text = `${"a".repeat(40)}!`;
    expect(taken({ x: text }, property(schema))).toEqual({ id: 1, x: text });
  });

  it.each([
    [{ A: { $ref: "#/$defs/A" } }],
    [{ A: { allOf: [{ $ref: "#/$defs/B" }] }, B: { anyOf: [{ $ref: "#/$defs/A" }] } }],
  ])("not even one that leads round in a circle: %j", ($defs) => {
    expect(taken({ x: 1 }, property({ $ref: "#/$defs/A" }, { $defs }))).toEqual({ id: 1, x: 1 });
  });

  it("a union that holds itself twice is checked without doubling the work at each level", () => {
    const $ref = "#/$defs/Node";
    const branch = (kind: string) => ({
      type: "object",
      properties: { kind: { const: kind }, of: { type: "array", items: { $ref } } },
    });
    const $defs = { Node: { oneOf: [branch("and"), branch("or")] } };
    const by = property({ $ref }, { $defs });
    let x: object = { kind: "and" };
    for (let depth = 0; depth < 50; depth++) x = { kind: "or", of: [x] };
    expect(taken({ x }, by)).toEqual({ id: 1, x });
    expect(messageOf({ x: { kind: "xor" } }, by)).toContain("at x");
  });
});

describe("group 17: a name that means something elsewhere is a name here", () => {
  const by = new ArgumentCheck({
    type: "object",
    properties: {
      $ref: { type: "string" },
      context: { type: "string" },
      body: { type: "object", properties: { $ref: { type: "integer" }, id: { type: "integer" } } },
      map: { type: "object", propertyNames: { $ref: "#/$defs/Key" } },
    },
    $defs: { Key: { pattern: "^[a-z]+$" } },
    additionalProperties: false,
  });

  it("a property called $ref, and one called context", () => {
    const args = { $ref: "x", context: "y", body: { $ref: 1, id: 2 } };
    expect(by.parse(args)).toEqual({ ok: true, args });
    expect(by.parse({ body: { $ref: "x" } })).toMatchObject({
      message: "Wrong arguments: at body.$ref: expected integer, received string",
    });
  });

  it("a reference in propertyNames", () => {
    expect(by.parse({ map: { a: 1 } }).ok).toBe(true);
    expect(by.parse({ map: { A: 1 } })).toMatchObject({ ok: false });
  });

  it("__proto__ and constructor", () => {
    const args: unknown = JSON.parse('{"body":{"__proto__":{"id":"x"},"constructor":1}}');
    const parsed = by.parse(args);
    expect(JSON.stringify(parsed)).toContain("__proto__");
  });
});
