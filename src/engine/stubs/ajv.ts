import { leftOut } from "./left-out";

/**
 * In place of ajv: SDK v1 makes one for each server, to validate what `elicitInput` is answered. Questions
 * here are sent, and their answers parsed with zod, by src/engine/mcp/session/session-handlers.ts.
 */
export default class Ajv {
  readonly getSchema = refuse;
  readonly compile = refuse;
}

function refuse(): never {
  leftOut("The validation of JSON Schema");
}
