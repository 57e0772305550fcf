import { type Schema, Validator } from "@cfworker/json-schema";
import { firstOf, wrongArguments } from "../../tools/argument-lines";
import type { ParsedArguments } from "../../tools/arguments";
import { checkableSchema } from "./checkable-schema";
import { healedArguments } from "./healed-arguments";
import { isObject, type JsonObject } from "./json";
import { faultLine, faultsOf } from "./schema-faults";

/** Checks arguments against a document's schema. One per operation and isolate: it reads the schema once. */
export class ArgumentCheck {
  readonly #schema: Schema;
  readonly #validator: Validator;

  /** @param input JSON Schema 2020-12; what cannot be checked of it is accepted. */
  constructor(input: JsonObject) {
    this.#schema = checkableSchema(input);
    this.#validator = new Validator(this.#schema, "2020-12", false);
  }

  /** @returns the arguments, with JSON in place of texts of JSON; or what is wrong, one line per problem. */
  parse(args: unknown): ParsedArguments<JsonObject> {
    const healed = healedArguments(this.#schema, args ?? {});
    if (!isObject(healed)) return { ok: false, message: "Wrong arguments: expected an object" };
    const { valid, errors } = this.#validator.validate(healed);
    if (valid) return { ok: true, args: healed };
    const faults = faultsOf(errors);
    const lines = firstOf(faults).map((fault) => faultLine(this.#schema, fault, healed));
    return { ok: false, message: wrongArguments(lines, faults.length) };
  }
}
