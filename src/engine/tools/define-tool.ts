import * as z from "zod";
import type { Api } from "../config";
import type { Principal } from "../identity/principal";
import type { PersonStorage, UsageReport } from "../storage/ports";
import type { ApiClient } from "../upstream/api-client";
import { UpstreamError } from "../upstream/upstream-error";
import { parseArguments } from "./arguments";
import type { Ask } from "./ask";
import { DefinitionError } from "./definition-error";
import { type JsonObjectSchema, jsonSchemaOf } from "./json-schema";
import { missingScopes } from "./scopes";
import { ToolError } from "./tool-error";
import { ToolOutputError } from "./tool-output-error";

export type { JsonObjectSchema } from "./json-schema";
export { ToolError } from "./tool-error";

/** Who is calling, as far as tools may know: what the token says, and whether ADMINS lists them. */
export type Caller = {
  readonly principal: Principal;
  readonly isAdmin: boolean;
};

/**
 * Everything a running tool can reach. A tool knows no transport, and of bindings only what `app` has.
 *
 * @typeParam App what the server's definition makes for its tools (`context`); `unknown` for a tool that
 *   uses none of it, which runs on every server.
 *
 * @example
 * async run({ text }, { principal, storage, signal }) {
 *   const page = await fetch(`https://example.com/${principal.userId}`, { signal });
 *   await storage.put("pages", "last", { text, status: page.status });
 *   return { status: page.status };
 * }
 */
export type ToolContext<App = unknown> = Caller & {
  /** What the server's definition makes for its tools: its bindings, secrets, clients of its own. */
  readonly app: App;
  /** Aborted when the client cancels the call: pass it on to every request a tool makes. */
  readonly signal: AbortSignal;
  /** What is kept for this person, and nobody else's. */
  readonly storage: PersonStorage;
  readonly usage: UsageReport;
  /**
   * The account of another service that the person has set their client to, by its header
   * `cf-account-id`. It is what the client says, and says nothing of whose account it is: check it.
   */
  readonly clientAccount: string | undefined;
  /** Calls an API as the person; its failures become the tool's. The toolset lists it in `apis`. */
  readonly api: (api: Api) => ApiClient;
  /** Asks the person something through their client; read its documentation before use. */
  readonly ask: Ask;
  /** Tells the client how far a long call is; nothing happens when it did not ask to be told. */
  readonly report: (progress: Progress) => Promise<void>;
};

export type Progress = {
  /** Grows with each report. */
  readonly progress: number;
  /** What `progress` will be at the end, when that is known. */
  readonly total?: number;
  readonly message?: string;
};

/** Shown to models, so that they and their users can judge a call beforehand (MCP: ToolAnnotations). */
export type ToolAnnotations = {
  /** Changes nothing. */
  readonly readOnlyHint: boolean;
  /** May remove or overwrite something. Means nothing on a read-only tool. */
  readonly destructiveHint: boolean;
  /** Calling it twice with the same arguments is the same as calling it once. */
  readonly idempotentHint: boolean;
  /** Reaches the world outside this product. */
  readonly openWorldHint: boolean;
};

/**
 * The scopes that a call needs: the same for every call, or chosen from `among` by its arguments.
 */
export type ScopeRule<Arguments, Scope extends string> =
  | readonly Scope[]
  | { readonly among: readonly Scope[]; needed(args: Arguments): readonly NoInfer<Scope>[] };

export type ToolDefinition<
  Input extends z.ZodObject,
  Output extends z.ZodObject,
  Scope extends string,
  App,
> = {
  /** 1 to 128 of `[A-Za-z0-9_.-]`. */
  readonly name: string;
  readonly title: string;
  /** Written for the model that decides whether to call it. */
  readonly description: string;
  readonly scopes: ScopeRule<z.output<Input>, Scope>;
  readonly input: Input;
  readonly output: Output;
  readonly annotations: ToolAnnotations;
  /**
   * The arguments that the audit may keep as they are, of those that are a short text, a number or a
   * boolean; of all others it has a hash only. Name none in which people could say something.
   */
  readonly auditArguments?: readonly (keyof z.input<Input> & string)[];
  /** Who may know that this tool exists; everyone by default. For others it is an unknown tool. */
  readonly visibleTo?: (caller: Caller) => boolean;
  /**
   * Does the work as `context.principal`.
   * @throws ToolError for a failure that the model or the person can act on; its message reaches them.
   */
  readonly run: (
    args: z.output<Input>,
    context: ToolContext<App>,
  ) => Promise<z.input<Output>> | z.input<Output>;
  /** How the output reads as text, where JSON would be long; JSON by default. */
  readonly text?: (output: z.output<Output>) => string;
};

/** What a call came to. A failure of the tool is a result too: the model reads it and can mend it. */
export type ToolResult =
  | { readonly ok: true; readonly output: Record<string, unknown>; readonly text: string }
  | { readonly ok: false; readonly code: string; readonly message: string };

/**
 * A tool as the rest of the code sees it: the types of its arguments and output are checked inside, and gone
 * outside.
 *
 * @typeParam App what of the server's own its calls need: a property, not a method, so that a tool that
 *   needs more than a server makes for it is a type error there.
 */
export type Tool<App = unknown> = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly annotations: ToolAnnotations;
  /** The arguments and the output as JSON Schema 2020-12, made once, when first asked for. */
  inputSchema(): JsonObjectSchema;
  outputSchema(): JsonObjectSchema;
  /** Every scope that any call of this tool may need. */
  readonly allScopes: readonly string[];
  /** Whether everyone may know of it. */
  readonly forEveryone: boolean;
  visibleTo(caller: Caller): boolean;
  /** Whether some call of this tool is within `scopes`. */
  usableWith(scopes: readonly string[]): boolean;
  /** Those of a call's arguments that may be kept; undefined when there are none. */
  safeArguments(args: unknown): SafeArguments | undefined;
  /** The scopes that this very call needs; none when its arguments are wrong, as then it does nothing. */
  scopesNeeded(args: unknown): readonly string[];
  readonly call: (args: unknown, context: ToolContext<App>) => Promise<ToolResult>;
};

/** A tool whatever it needs: to be read, not called. */
export type AnyTool = Tool<never>;

export type SafeArguments = Record<string, string | number | boolean>;

const NAME = /^[A-Za-z0-9_.-]{1,128}$/;

/**
 * Describes a tool. Put it in a file of its own in its toolset's folder, and list it there.
 *
 * Objects of the input take no other names than they declare, unless they are `z.looseObject`: a client that
 * mistypes one is told the right one.
 *
 * @example
 * export const addTwo = defineTool({
 *   name: "add_two",
 *   title: "Add two numbers",
 *   description: "Adds b to a.",
 *   scopes: ["sums:read"],
 *   input: z.object({ a: z.number(), b: z.number() }),
 *   output: z.object({ sum: z.number() }),
 *   annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
 *   run: ({ a, b }) => ({ sum: a + b }),
 * });
 *
 * @throws DefinitionError when the name is not one that MCP allows.
 */
export function defineTool<
  Input extends z.ZodObject,
  Output extends z.ZodObject,
  const Scope extends string,
  App = unknown,
>(definition: ToolDefinition<Input, Output, Scope, App>): Tool<App> {
  const { name, title, description, annotations, scopes, input, output } = definition;
  if (!NAME.test(name)) {
    throw new DefinitionError(
      `The tool name "${name}" is not 1 to 128 of A-Z, a-z, 0-9, "_", "." and "-"`,
    );
  }
  const dependent = "among" in scopes ? scopes : undefined;
  const allScopes = "among" in scopes ? scopes.among : scopes;
  const textOf = definition.text ?? JSON.stringify;
  const neededFor = (args: z.output<Input>) => dependent?.needed(args) ?? allScopes;

  return {
    name,
    title,
    description,
    annotations,
    allScopes,
    inputSchema: once(() => namedJsonSchema(name, input, "input")),
    outputSchema: once(() => namedJsonSchema(name, output, "output")),
    forEveryone: definition.visibleTo === undefined,
    visibleTo: definition.visibleTo ?? (() => true),
    usableWith: (held) =>
      dependent === undefined
        ? missingScopes(held, allScopes).length === 0
        : dependent.among.some((scope) => missingScopes(held, [scope]).length === 0),
    safeArguments: (args) => safeArguments(input, definition.auditArguments ?? [], args),
    scopesNeeded(args) {
      const parsed = parseArguments(input, args);
      return parsed.ok ? neededFor(parsed.args) : [];
    },
    async call(args, context) {
      const parsed = parseArguments(input, args);
      if (!parsed.ok) return { ok: false, code: "arguments_invalid", message: parsed.message };
      // The endpoint has answered 403 before this; a call that came another way is stopped here.
      const missing = missingScopes(context.principal.scopes, neededFor(parsed.args));
      if (missing.length > 0) {
        return { ok: false, code: "scopes_missing", message: missingScopesMessage(missing) };
      }
      try {
        const result = outputOf(name, output, await definition.run(parsed.args, context));
        return { ok: true, output: result, text: textOf(result) };
      } catch (error) {
        if (error instanceof ToolError || error instanceof UpstreamError)
          return { ok: false, code: error.code, message: error.message };
        throw error;
      }
    },
  };
}

/** @throws ToolOutputError when a tool returned something else than it says. */
function outputOf<Output extends z.ZodObject>(tool: string, schema: Output, returned: unknown) {
  const parsed = schema.safeParse(returned);
  if (!parsed.success) throw new ToolOutputError(tool, parsed.error);
  return parsed.data;
}

/** @throws DefinitionError when a schema has no JSON Schema. */
function namedJsonSchema(tool: string, schema: z.ZodObject, io: "input" | "output") {
  try {
    return jsonSchemaOf(schema, io);
  } catch (error) {
    const why = error instanceof Error ? error.message : "unknown";
    throw new DefinitionError(
      `The ${io} of the tool "${tool}" has no JSON Schema: ${why}. For dates, take z.iso.date() or z.iso.datetime().`,
      { cause: error },
    );
  }
}

const MAX_SAFE_TEXT = 100;

const argumentsSchema = z.record(z.string(), z.unknown());
const safeArgumentSchema = z.union([z.string().max(MAX_SAFE_TEXT), z.number(), z.boolean()]);

/** Each only when the tool itself would take it. */
function safeArguments(
  { shape }: z.ZodObject,
  names: readonly string[],
  args: unknown,
): SafeArguments | undefined {
  if (names.length === 0) return undefined;
  const given = argumentsSchema.safeParse(args).data ?? {};
  const safe: SafeArguments = {};
  for (const name of names) {
    const { success, data } = safeArgumentSchema.safeParse(given[name]);
    if (success && z.safeParse(shape[name] ?? z.never(), data).success) safe[name] = data;
  }
  return safe;
}

/** Start-up stays cheap, and a list of tools is not made anew for each request. */
function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** What the model and the person read when a call is beyond the token's scopes. */
export function missingScopesMessage(missing: readonly string[]): string {
  return `This needs ${missing.length === 1 ? "the scope" : "the scopes"} ${missing.join(" ")}, which you have not given to this client. Connect again and allow it.`;
}
