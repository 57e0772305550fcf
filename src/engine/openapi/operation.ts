import type { Api } from "../config";
import { DefinitionError } from "../lib/definition-error";
import type { ParsedArguments } from "../tools/arguments";
import type { ToolContext } from "../tools/define-tool";
import type { CompiledOperation, OperationDetail } from "./compiled";
import { parseDetail } from "./operation-detail";

/** Arguments that an operation's schema accepts: only {@link Operation.parse} makes them. */
export type OperationArguments = Readonly<Record<string, unknown>>;

/** What the API answered, as structured content; what of it the model gets is for `fitAnswer`. */
export type OperationAnswer = {
  /** JSON as it is, text as a string, bytes as `{ base64, contentType }`; absent when there is nothing. */
  readonly data?: unknown;
  readonly [member: string]: unknown;
};

/**
 * One operation of a compiled document, called as the person. The tool of one operation uses it, and so do the
 * four tools that stand for many.
 */
export class Operation {
  /** What lists and searches need; `compiled.scopes` are what a call needs. */
  readonly compiled: CompiledOperation;
  readonly api: Api;
  #detail: OperationDetail | undefined;

  constructor(compiled: CompiledOperation, api: Api) {
    this.compiled = compiled;
    this.api = api;
  }

  /**
   * Read when it is first needed, once per isolate.
   *
   * @throws DefinitionError when it was not compiled by this version.
   */
  get detail(): OperationDetail {
    this.#detail ??= parseDetail(this.compiled);
    return this.#detail;
  }

  /** Checks arguments against `detail.input`; what is wrong is one line per problem. */
  parse(_args: unknown): ParsedArguments<OperationArguments> {
    throw new DefinitionError("Not built yet");
  }

  /**
   * Asks the person where the operation says so (`confirm`), sends the request, and reads the answer. It does not
   * look at scopes: whoever calls it has.
   *
   * @param args from {@link parse}.
   * @throws ToolError when the person does not agree, UpstreamError when the API refuses or does not answer.
   */
  async call(_args: OperationArguments, _context: ToolContext): Promise<OperationAnswer> {
    throw new DefinitionError("Not built yet");
  }
}
