import { DefinitionError } from "../lib/definition-error";
import { UpstreamError } from "../upstream/upstream-error";
import type { ParsedArguments } from "./arguments";
import type {
  Caller,
  JsonObjectSchema,
  SafeArguments,
  ScopeRule,
  Tool,
  ToolAnnotations,
  ToolContext,
} from "./define-tool";
import { missingScopes } from "./scopes";
import { ToolError } from "./tool-error";

/** A tool in parts, whatever describes its arguments: zod, or the JSON Schema of a document. */
export type ToolParts<Arguments, App> = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly annotations: ToolAnnotations;
  readonly scopes: ScopeRule<Arguments, string>;
  readonly visibleTo?: (caller: Caller) => boolean;
  inputSchema(): JsonObjectSchema;
  outputSchema(): JsonObjectSchema;
  parse(args: unknown): ParsedArguments<Arguments>;
  safeArguments(args: unknown): SafeArguments | undefined;
  /** @throws ToolError or UpstreamError for a failure that the model or the person can act on. */
  readonly run: (
    args: Arguments,
    context: ToolContext<App>,
  ) => Promise<{ readonly output: Record<string, unknown>; readonly text: string }>;
};

const NAME = /^[A-Za-z0-9_.-]{1,128}$/;

/**
 * What every tool does alike: its scopes are checked before it runs, wrong arguments and failures become results.
 *
 * @throws DefinitionError when the name is not one that MCP allows.
 */
export function toolOf<Arguments, App>(parts: ToolParts<Arguments, App>): Tool<App> {
  const { name, title, description, annotations, scopes, visibleTo } = parts;
  if (!NAME.test(name)) {
    throw new DefinitionError(
      `The tool name "${name}" must be 1 to 128 characters of A-Z, a-z, 0-9, "_", "." and "-"`,
    );
  }
  const dependent = "among" in scopes ? scopes : undefined;
  const allScopes = "among" in scopes ? scopes.among : scopes;
  const neededFor = (args: Arguments) => dependent?.needed(args) ?? allScopes;

  return {
    name,
    title,
    description,
    annotations,
    allScopes,
    inputSchema: once(() => parts.inputSchema()),
    outputSchema: once(() => parts.outputSchema()),
    forEveryone: visibleTo === undefined,
    visibleTo: visibleTo ?? (() => true),
    usableWith: (held) =>
      dependent === undefined
        ? missingScopes(held, allScopes).length === 0
        : dependent.among.some((scope) => missingScopes(held, [scope]).length === 0),
    safeArguments: (args) => parts.safeArguments(args),
    scopesNeeded(args) {
      const parsed = parts.parse(args);
      return parsed.ok ? neededFor(parsed.args) : [];
    },
    async call(args, context) {
      const parsed = parts.parse(args);
      if (!parsed.ok) return { ok: false, code: "arguments_invalid", message: parsed.message };
      // The endpoint has answered 403 before this; a call that came another way is stopped here.
      const missing = missingScopes(context.principal.scopes, neededFor(parsed.args));
      if (missing.length > 0) {
        return { ok: false, code: "scopes_missing", message: missingScopesMessage(missing) };
      }
      try {
        return { ok: true, ...(await parts.run(parsed.args, context)) };
      } catch (error) {
        if (error instanceof ToolError || error instanceof UpstreamError)
          return { ok: false, code: error.code, message: error.message };
        throw error;
      }
    },
  };
}

/** Keeps start-up cheap, and does not rebuild the list of tools for each request. */
function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** What the model and the person read when a call needs more scopes than the token has. */
export function missingScopesMessage(missing: readonly string[]): string {
  return `This needs ${missing.length === 1 ? "the scope" : "the scopes"} ${missing.join(" ")}, which you have not given to this client. Connect again and allow it.`;
}
