/** What can be wrong with a document, its catalogue, or what was compiled. docs/openapi.md explains each. */
export type OpenApiErrorCode =
  | "openapi_usage"
  | "openapi_unreadable"
  | "openapi_too_large"
  | "openapi_syntax"
  | "openapi_not_a_document"
  | "openapi_reference"
  | "openapi_no_operations"
  | "openapi_operation"
  | "catalogue_invalid"
  | "compiled_outdated";

/**
 * A document or a catalogue that cannot be compiled, for the person who runs the command. The message says
 * what is wrong and what to do; `place` is a JSON pointer, a file, or both.
 */
export class OpenApiError extends Error {
  override readonly name = "OpenApiError";
  readonly code: OpenApiErrorCode;
  readonly place: string;
  /** The message without the place and the code. */
  readonly what: string;

  constructor(code: OpenApiErrorCode, place: string, what: string, options?: ErrorOptions) {
    super(place === "" ? `${what} (${code})` : `${place}: ${what} (${code})`, options);
    this.code = code;
    this.place = place;
    this.what = what;
  }
}

/** The first line of what another library says. */
export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";

/** Something that does not stop the command, with its place. */
export type Problem = {
  /** A JSON pointer into the document, or a path in the catalogue. */
  readonly place: string;
  readonly message: string;
};
