import { expect, it } from "vitest";
import * as z from "zod";
import { errorText } from "../../src/engine/lib/error-text";

const secret = "s3cr3t-Token_of.25+characters";

it("is the class and the message of an error", () => {
  expect(errorText(new TypeError("x is not a function"))).toBe("TypeError: x is not a function");
  expect(errorText(new Error("D1_ERROR: no such table: notes: SQLITE_ERROR"))).toBe(
    "Error: D1_ERROR: no such table: notes: SQLITE_ERROR",
  );
});

it("quotes nothing that a parser was given", () => {
  const unparsable = () => JSON.parse(`token=${secret}`);
  expect(unparsable).toThrow("token=s3cr");
  expect(textOf(unparsable)).toBe("SyntaxError");
  const schema = z.record(z.string(), z.enum(["a"]));
  expect(textOf(() => schema.parse({ [secret]: secret }))).toBe("ZodError: invalid_value");
});

it("leaves out what may be a token or an address", () => {
  const text = errorText(
    new Error(`Refused: "${secret}" (bearer=${secret}) of alice@example.com.`),
  );
  expect(text).toBe('Error: Refused: "[…]" ([…]) of […]');
});

it("is short, and tells nothing of what is not an error", () => {
  expect(errorText(new Error("no ".repeat(1_000))).length).toBeLessThan(320);
  expect(errorText(secret)).toBe("string");
});

function textOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return errorText(error);
  }
  throw new Error("Nothing was thrown");
}
