import { DefinitionError } from "../lib/definition-error";
import { type ErrorCode, GatehouseError } from "../lib/gatehouse-error";

const CODE = /^[a-z][a-z0-9_]{0,63}$/;

/**
 * A failure that the model or the person can act on. The message reaches them: say what is wrong and what
 * to do. The code reaches the client, and also the log, the audit and the metrics, which do not get the message:
 * it must be one of your tool's few fixed codes, never built from input.
 *
 * @example
 * throw new ToolError("The cart is empty. Add an item first.", { code: "cart_empty" });
 */
export class ToolError extends GatehouseError {
  override readonly name = "ToolError";
  override readonly code: string;

  /**
   * @param options.code 1 to 64 characters of `a-z`, `0-9` and `_`, starting with a letter; `tool_error` by
   *   default.
   * @throws DefinitionError for any other code.
   */
  constructor(message: string, options: ErrorOptions & { readonly code?: string } = {}) {
    const { code = "tool_error" satisfies ErrorCode, ...rest } = options;
    if (!CODE.test(code)) {
      throw new DefinitionError('The code of a ToolError is not 1 to 64 of a-z, 0-9 and "_"');
    }
    super(message, rest);
    this.code = code;
  }
}
