import { describe, expect, it } from "vitest";
import * as z from "zod";
import { parseArguments } from "../../src/engine/tools/arguments";
import { jsonSchemaOf } from "../../src/engine/tools/json-schema";

const countries = Array.from({ length: 249 }, (_, index) => `country-${index}`);

const schema = z.object({
  city: z.string(),
  country: z.enum(["Germany", ...countries]).optional(),
  unit: z.enum(["celsius", "fahrenheit"]).optional(),
  stops: z.array(z.object({ on: z.iso.date(), note: z.string().optional() })).optional(),
  seat: z
    .discriminatedUnion("kind", [
      z.object({ kind: z.literal("window"), row: z.number() }),
      z.object({ kind: z.literal("aisle") }),
    ])
    .optional(),
  price: z.union([z.number(), z.object({ amount: z.number(), currency: z.string() })]).optional(),
  extra: z.looseObject({ known: z.string().optional() }).optional(),
});

function messageOf(args: unknown): string {
  const parsed = parseArguments(schema, { city: "Lisbon", ...Object(args) });
  return parsed.ok ? "" : parsed.message.replace("Wrong arguments: ", "");
}

describe("an unknown argument", () => {
  it("is an error that names the one that was probably meant, wherever it stands", () => {
    expect(messageOf({ untis: 1 })).toBe('unknown argument "untis": did you mean "unit"?');
    expect(messageOf({ stops: [{ on: "2026-01-01", ntoe: "x" }] })).toBe(
      'at stops[0]: unknown argument "ntoe": did you mean "note"?',
    );
    expect(messageOf({ seat: { kind: "aisle", row: 3 } })).toBe(
      'at seat: unknown argument "row": there are "kind"',
    );
    expect(messageOf({ price: { amount: 1, currency: "EUR", vat: 2 } })).toContain(
      "at price: unknown",
    );
    expect(parseArguments(z.object({}), { a: 1 })).toEqual({
      ok: false,
      message: 'Wrong arguments: unknown argument "a": there are none',
    });
  });

  it("is taken where the schema says so", () => {
    expect(messageOf({ extra: { anything: 1 } })).toBe("");
    const catching = z.object({}).catchall(z.number());
    expect(parseArguments(catching, { a: 1 })).toEqual({ ok: true, args: { a: 1 } });
  });

  it("is one in a strict object as well, and where the object has more rules", () => {
    expect(parseArguments(z.strictObject({ a: z.string() }), { a: "", b: 1 }).ok).toBe(false);
    const refined = z.object({ a: z.string() }).refine(({ a }) => a !== "no", "not no");
    expect(parseArguments(refined, { a: "yes", b: 1 }).ok).toBe(false);
    expect(parseArguments(refined, { a: "no" })).toMatchObject({
      message: "Wrong arguments: not no",
    });
  });

  it("is not hidden by names that every object has", () => {
    expect(messageOf(JSON.parse('{"constructor":1,"__proto__":2}'))).toContain('"constructor"');
  });

  it("is refused by the JSON Schema that clients get, too", () => {
    expect(jsonSchemaOf(schema, "input")).toMatchObject({
      additionalProperties: false,
      properties: {
        stops: { items: { additionalProperties: false } },
        extra: { additionalProperties: {} },
      },
    });
    const both = z.object({
      a: z.intersection(z.object({ b: z.string() }), z.object({ c: z.string() })),
    });
    expect(JSON.stringify(jsonSchemaOf(both, "input").properties)).not.toContain("additional");
  });
});

describe("a wrong argument", () => {
  it("is named by its place, with what is wrong", () => {
    expect(messageOf({ city: 3 })).toBe("at city: Invalid input: expected string, received number");
    expect(messageOf({ stops: [{ on: "monday" }] })).toBe("at stops[0].on: Invalid ISO date");
  });

  it("of an enum is told the one that was meant, and not a long list", () => {
    expect(messageOf({ unit: "kelvin" })).toBe('at unit: "kelvin" is not "celsius", "fahrenheit"');
    expect(messageOf({ country: "Germny" })).toBe(
      'at country: "Germny" is none of the 250 values in the schema: did you mean "Germany"?',
    );
    expect(messageOf({ country: 7 }).length).toBeLessThan(300);
    expect(messageOf({ country: "x".repeat(10_000) }).length).toBeLessThan(200);
  });

  it("of a union is told in a line what was wrong with the form that was meant", () => {
    expect(messageOf({ seat: { kind: "midle" } })).toBe(
      'at seat.kind: "midle" is not "window", "aisle"',
    );
    expect(messageOf({ seat: { kind: "window" } })).toBe(
      "at seat.row: Invalid input: expected number, received undefined",
    );
    expect(messageOf({ price: { amount: "1", currency: "EUR" } })).toBe(
      "at price: matches none of its 2 forms; the nearest: at amount: Invalid input: expected number, received string",
    );
    expect(messageOf({ price: true })).toBe(
      "at price: matches none of its forms: expected number, received boolean; or expected object, received boolean",
    );
  });

  it("is one of at most ten lines", () => {
    const many = Object.fromEntries(countries.map((name) => [name, 1]));
    expect(messageOf(many).split("\n")).toHaveLength(11);
    expect(messageOf(many)).toContain("and 239 more");
  });
});
