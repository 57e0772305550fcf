import { leftOut } from "./left-out";

/**
 * In place of what SDK v2 has for Workers. That one builds the schemas of both eras when it is loaded, in
 * every isolate. Here they are built by the first request that needs them: those of 2025-11-25 never, as
 * SDK v1 serves that era; those of 2026-07-28 not where only sessions live.
 *
 * It also brings the SDK's validator of JSON Schema, for tools that are not defined with zod.
 */
export class DefaultJsonSchemaValidator {
  getValidator(): never {
    leftOut("The validation of JSON Schema");
  }
}
