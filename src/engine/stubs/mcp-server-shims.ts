import { leftOut } from "./left-out";

/**
 * In place of SDK v2's module for Workers, which builds the schemas of both eras when it is loaded, in every
 * isolate. Here the first request that needs them builds them: those of 2025-11-25 never, as SDK v1 serves that
 * era; those of 2026-07-28 not in isolates that have only sessions.
 *
 * It also brings the SDK's validator of JSON Schema, for tools that are not defined with zod.
 */
export class DefaultJsonSchemaValidator {
  getValidator(): never {
    leftOut("The validation of JSON Schema");
  }
}
