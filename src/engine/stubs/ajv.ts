import { leftOut } from "./left-out";

/**
 * In place of ajv: SDK v1 makes one per server, to validate answers to `elicitInput`. Here,
 * src/engine/mcp/session/session-handlers.ts sends the questions and parses the answers with zod.
 */
export default class Ajv {
  readonly getSchema = refuse;
  readonly compile = refuse;
}

function refuse(): never {
  leftOut("The validation of JSON Schema");
}
