import type { JsonObjectSchema } from "../tools/json-schema";
import type { Scope } from "../tools/scopes";
import type { ToolAnnotations } from "../tools/tool-annotations";

/**
 * What `npm run openapi` writes for the Worker: of a document, the operations that people switched on, each
 * with what listing and calling it needs. The document itself stays out of the bundle.
 */
export type CompiledOpenApi = {
  readonly version: 1;
  readonly document: { readonly title: string; readonly version: string };
  /** In the words of the people who wrote the catalogue. */
  readonly scopes: readonly Scope[];
  /** `tools`: each operation is a tool. `search`: four tools stand for all, with the favourites beside them. */
  readonly offer: "tools" | "search";
  readonly operations: readonly CompiledOperation[];
};

/** What lists and searches need of an operation; the rest is in `detail`. */
export type CompiledOperation = {
  /** The tool's name: at most 48 of `[a-z0-9_]`, the same in every run. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** What it is about, such as its first tag. */
  readonly group: string;
  readonly method: HttpMethod;
  /** As in the document, such as `/tickets/{id}/comments`. */
  readonly path: string;
  readonly scopes: readonly string[];
  readonly annotations: ToolAnnotations;
  /** What the person is asked before it is done, such as "Delete the ticket?". */
  readonly confirm?: string;
  /** With `offer: "search"`: whether it is a tool of its own too. */
  readonly favourite?: true;
  /** The name, in the catalogue, of another server than the API's own; the toolset says which API that is. */
  readonly server?: string;
  /** An `OperationDetail` as JSON, read when the operation is first described or called. */
  readonly detail: string;
};

export type HttpMethod = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS" | "TRACE";

export type OperationDetail = {
  /**
   * The arguments as JSON Schema 2020-12: an object without a combinator at its root, with the `$defs` that it
   * reaches and no others, and `additionalProperties: false`.
   */
  readonly input: JsonObjectSchema;
  readonly parameters: readonly CompiledParameter[];
  readonly body?: CompiledBody;
  readonly answer: CompiledAnswer;
};

/** RFC 6570 as OpenAPI 3.1 has it: "Style Values". */
export type ParameterStyle =
  | "simple"
  | "label"
  | "matrix"
  | "form"
  | "spaceDelimited"
  | "pipeDelimited"
  | "deepObject";

export type CompiledParameter = {
  readonly name: string;
  readonly in: "path" | "query" | "header" | "cookie";
  /** The property of the arguments that holds its value; none for a fixed one. */
  readonly argument?: string;
  /** What is sent whatever the model says. */
  readonly fixed?: unknown;
  readonly required?: true;
  readonly style: ParameterStyle;
  readonly explode: boolean;
  readonly allowReserved?: true;
  /** For a parameter with `content` in place of a schema: its media type, such as application/json. */
  readonly contentType?: string;
};

export type CompiledBody = {
  /** The property of the arguments that holds it. */
  readonly argument: string;
  /** As the document has it, such as `application/merge-patch+json`. */
  readonly contentType: string;
  /**
   * `bytes` is given as base64. In `multipart`, a file is an object `{ base64, filename?, contentType? }`.
   */
  readonly kind: "json" | "form" | "multipart" | "text" | "bytes";
  readonly required: boolean;
  /** Properties that are sent whatever the model says, of a body that is an object. */
  readonly fixed?: Readonly<Record<string, unknown>>;
  /** The Encoding Objects, by property, of `form` and `multipart`. */
  readonly encoding?: Readonly<Record<string, PropertyEncoding>>;
  /** The properties of `multipart` that are files, or lists of files. */
  readonly files?: readonly string[];
};

export type PropertyEncoding = {
  readonly contentType?: string;
  readonly style?: ParameterStyle;
  readonly explode?: boolean;
  readonly allowReserved?: true;
};

/** What of the API's answer the model gets. */
export type CompiledAnswer = {
  /** The shape of a good answer, in a line of TypeScript, for `describe_operation`; from the document. */
  readonly shape?: string;
  /** What is kept, as dotted paths that go through lists (`items.id`); everything without it. */
  readonly fields?: readonly string[];
  readonly leaveOut?: readonly ("nulls" | "links")[];
};
