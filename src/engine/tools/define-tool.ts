import * as z from "zod";
import type { Api } from "../config";
import type { Principal } from "../identity/principal";
import { DefinitionError } from "../lib/definition-error";
import type { PersonStorage, UsageReport } from "../storage/ports";
import type { ApiClient } from "../upstream/api-client";
import { parseArguments } from "./arguments";
import type { Ask } from "./ask";
import type { Fit } from "./fit-list";
import { type JsonObjectSchema, jsonSchemaOf } from "./json-schema";
import type { ToolAnnotations } from "./tool-annotations";
import { toolOf } from "./tool-of";
import { ToolOutputError } from "./tool-output-error";

export type { JsonObjectSchema } from "./json-schema";
export type { ToolAnnotations } from "./tool-annotations";
export { ToolError } from "./tool-error";
export { missingScopesMessage } from "./tool-of";

/** Who is calling, as far as tools may know: what the token says, and whether they are in ADMINS. */
export type Caller = {
  readonly principal: Principal;
  readonly isAdmin: boolean;
};

/**
 * Everything a running tool can reach. A tool knows no transport, and only the bindings in `app`.
 *
 * @typeParam App what the server's definition makes for its tools (`context`); `unknown` for a tool that
 *   uses none of it and so runs on every server.
 *
 * @example
 * async run({ text }, { principal, storage, signal }) {
 *   const page = await fetch(`https://example.com/${principal.userId}`, { signal });
 *   await storage.put("pages", "last", { text, status: page.status });
 *   return { status: page.status };
 * }
 */
export type ToolContext<App = unknown> = Caller & {
  /** What the server's definition makes for its tools: its bindings, secrets, its own clients. */
  readonly app: App;
  /** Aborted when the client cancels the call: pass it on to every request a tool makes. */
  readonly signal: AbortSignal;
  /** Storage for this person, and for nobody else. */
  readonly storage: PersonStorage;
  readonly usage: UsageReport;
  /**
   * The account of another service in the client's `cf-account-id` header, which the person configured.
   * The client claims it, and it does not show who owns the account: check it.
   */
  readonly clientAccount: string | undefined;
  /** Calls an API as the person; its failures become the tool's. The toolset lists it in `apis`. */
  readonly api: (api: Api) => ApiClient;
  /** Asks the person something through their client; read its documentation before use. */
  readonly ask: Ask;
  /** Reports the progress of a long call to the client; does nothing if the client did not request it. */
  readonly report: (progress: Progress) => Promise<void>;
};

export type Progress = {
  /** Grows with each report. */
  readonly progress: number;
  /** What `progress` will be at the end, if known. */
  readonly total?: number;
  readonly message?: string;
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
   * The arguments that the audit may keep as they are, if they are a short string, a number or a boolean; of
   * all others it has only a hash. Name none that people could write text into.
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
  /** The output as text, where JSON would be long; JSON by default. */
  readonly text?: (output: z.output<Output>) => string;
  /** Cuts results to what clients take, such as `fitList("notes")` of tools/fit-list.ts. */
  readonly fit?: Fit;
};

/** The outcome of a call. A failure of the tool is a result too: the model reads it and can fix the call. */
export type ToolResult =
  | { readonly ok: true; readonly output: Record<string, unknown>; readonly text: string }
  | { readonly ok: false; readonly code: string; readonly message: string };

/**
 * A tool as the rest of the code sees it: the types of its arguments and output are checked inside, and
 * erased outside.
 *
 * @typeParam App what its calls need of `ToolContext.app`: a property, not a method, so that a tool that needs
 *   more than a server makes for it is a type error there.
 */
export type Tool<App = unknown> = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly annotations: ToolAnnotations;
  /** The arguments and the output as JSON Schema 2020-12, made once, when first needed. */
  inputSchema(): JsonObjectSchema;
  outputSchema(): JsonObjectSchema;
  /** Every scope that any call of this tool may need. */
  readonly allScopes: readonly string[];
  /** Whether everyone may know of it. */
  readonly forEveryone: boolean;
  visibleTo(caller: Caller): boolean;
  /** Whether some call of this tool is within `scopes`. */
  usableWith(scopes: readonly string[]): boolean;
  /** The arguments of a call that the audit may keep; undefined when there are none. */
  safeArguments(args: unknown): SafeArguments | undefined;
  /** The scopes that this call needs; none when its arguments are wrong, as then it does nothing. */
  scopesNeeded(args: unknown): readonly string[];
  readonly call: (args: unknown, context: ToolContext<App>) => Promise<ToolResult>;
};

/** Any tool, whatever it needs: to be read, not called. */
export type AnyTool = Tool<never>;

export type SafeArguments = Record<string, string | number | boolean>;

/**
 * Describes a tool. Put it in a file of its own in its toolset's folder, and list it there.
 *
 * Objects of the input accept only the names that they declare, unless they are `z.looseObject`: the error for
 * a mistyped name suggests the right one.
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
  const textOf = definition.text ?? JSON.stringify;
  const tool = toolOf<z.output<Input>, App>({
    name,
    title,
    description,
    annotations,
    scopes,
    ...(definition.visibleTo !== undefined && { visibleTo: definition.visibleTo }),
    inputSchema: () => namedJsonSchema(name, input, "input"),
    outputSchema: () => namedJsonSchema(name, output, "output"),
    safeArguments: (args) => safeArguments(input, definition.auditArguments ?? [], args),
    parse: (args) => parseArguments(input, args),
    async run(args, context) {
      const result = outputOf(name, output, await definition.run(args, context));
      return { output: result, text: textOf(result) };
    },
  });
  const { fit: made = (unfitted) => unfitted, text } = definition;
  return made(tool, text && ((result) => text(outputOf(name, output, result))));
}

/** @throws ToolOutputError when a tool's result does not match its output schema. */
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
      `The ${io} of the tool "${tool}" has no JSON Schema: ${why}. For dates, use z.iso.date() or z.iso.datetime().`,
      { cause: error },
    );
  }
}

const MAX_SAFE_TEXT = 100;

const argumentsSchema = z.record(z.string(), z.unknown());
const safeArgumentSchema = z.union([z.string().max(MAX_SAFE_TEXT), z.number(), z.boolean()]);

/** Each only if the tool itself would accept it. */
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
