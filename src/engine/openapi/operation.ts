import type { Api } from "../config";
import { DefinitionError } from "../lib/definition-error";
import type { ParsedArguments } from "../tools/arguments";
import type { ToolContext } from "../tools/define-tool";
import type { ApiRequest } from "../upstream/api-request";
import { type OperationAnswer, operationAnswer } from "./answer";
import { ArgumentCheck } from "./arguments/argument-check";
import type { CompiledOperation, OperationDetail } from "./compiled";
import { confirmed } from "./confirmation";
import { parseDetail } from "./operation-detail";
import { bodyOf } from "./request/body";
import { headersOf, targetOf } from "./request/parameters";
import { type PathTemplate, pathTemplate } from "./request/path";
import { refuseBrokenText } from "./request/refused-argument";

export type { OperationAnswer } from "./answer";

/** Arguments that an operation's schema accepts: only {@link Operation.parse} makes them. */
export type OperationArguments = Readonly<Record<string, unknown>>;

/**
 * One operation of a compiled document, called as the person. The tool of one operation uses it, and so do the
 * four tools that stand for many.
 */
export class Operation {
  /** What lists and searches need; `compiled.scopes` are what a call needs. */
  readonly compiled: CompiledOperation;
  readonly api: Api;
  readonly #method: NonNullable<ApiRequest["method"]>;
  readonly #path: PathTemplate;
  #detail: OperationDetail | undefined;
  #check: ArgumentCheck | undefined;

  /** @throws DefinitionError for TRACE, which shows a request, its token too, to whoever is asked. */
  constructor(compiled: CompiledOperation, api: Api) {
    const { name, method, path } = compiled;
    if (method === "TRACE")
      throw new DefinitionError(`The operation "${name}" has the method TRACE: switch it off`);
    this.compiled = compiled;
    this.api = api;
    this.#method = method;
    this.#path = pathTemplate(path);
  }

  /**
   * Read when it is first needed, once per isolate.
   *
   * @throws DefinitionError when it was not compiled by this version, or no request can be made of it.
   */
  get detail(): OperationDetail {
    this.#detail ??= parseDetail(this.compiled, this.#path);
    return this.#detail;
  }

  /** Checks arguments against `detail.input`; what is wrong is one line per problem. */
  parse(args: unknown): ParsedArguments<OperationArguments> {
    this.#check ??= new ArgumentCheck(this.detail.input);
    return this.#check.parse(args);
  }

  /**
   * Asks the person where the operation says so (`confirm`), sends the request, and reads the answer. It does not
   * look at scopes: whoever calls it has.
   *
   * @param args from {@link parse}.
   * @throws ToolError when an argument would leave its place or the person does not agree, UpstreamError when the API
   *   refuses or does not answer.
   */
  async call(
    args: OperationArguments,
    { ask, api }: Pick<ToolContext, "ask" | "api">,
  ): Promise<OperationAnswer> {
    const { parameters } = this.detail;
    // Before the question: nobody should agree to what cannot be sent.
    const request = this.request(args);
    await confirmed(this.compiled, args, ask);
    return operationAnswer(await api(this.api).read(request), parameters);
  }

  /**
   * The request that these arguments make.
   *
   * @throws ToolError when an argument would leave its place.
   */
  request(args: OperationArguments): ApiRequest {
    const { parameters, body } = this.detail;
    for (const [name, value] of Object.entries(args)) refuseBrokenText(name, value);
    const { headers, idempotencyKey } = headersOf(parameters, args);
    return {
      method: this.#method,
      path: targetOf(this.#path, parameters, args),
      headers,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      ...this.#repeats(),
      ...bodyOf(body, args),
    };
  }

  /**
   * A request that people call read-only may be sent again, as a search by POST may; a GET that they do not call so
   * may not, as it does something.
   */
  #repeats(): Pick<ApiRequest, "isRead"> {
    const isRead = this.compiled.annotations.readOnlyHint;
    const isSafe = ["GET", "HEAD", "OPTIONS"].includes(this.#method);
    return isRead || isSafe ? { isRead } : {};
  }
}
