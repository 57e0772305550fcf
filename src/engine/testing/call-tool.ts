import { QuestionPending } from "../mcp/question";
import { type Answers, type Ask, parseAnswer, type Question } from "../tools/ask";
import type { Progress, Tool, ToolContext, ToolResult } from "../tools/define-tool";
import type { Scope } from "../tools/scopes";
import { withImplied } from "../tools/scopes";
import { ToolError } from "../tools/tool-error";
import { type ApiHandler, apisOf } from "./apis";
import { type MemoryStorage, memoryStorage } from "./memory-storage";

/** Who calls; by default alice, who is not an administrator. */
export type TestPerson = {
  readonly userId?: string;
  readonly name?: string;
  readonly email?: string;
  readonly groups?: string[];
  readonly isAdmin?: boolean;
};

/** How the person answers a question; `content` is what they filled in. */
export type TestAnswer =
  | { readonly action: "accept"; readonly content: Record<string, unknown> }
  | { readonly action: "decline" | "cancel" };

export type CallOptions = {
  readonly as?: TestPerson;
  /** What the token allows; by default everything that the tool may need. */
  readonly scopes?: readonly string[];
  /** The scopes of the tool's toolset, where some imply others. */
  readonly declaredScopes?: readonly Scope[];
  /** Empty by default. Pass one to several calls to keep what they store. */
  readonly storage?: MemoryStorage;
  /** The APIs that `context.api` reaches, by name: each answers a request as the API would. */
  readonly apis?: Readonly<Record<string, ApiHandler>>;
  /** Answers the tool's questions. Without it, the client cannot show questions. */
  readonly ask?: (question: Question<Answers>) => TestAnswer | Promise<TestAnswer>;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
  readonly clientAccount?: string;
  /** What the server's definition makes for its tools; given to a tool that uses it. */
  readonly app?: unknown;
  /** Anything else in the tool's context; it overrides the above. */
  readonly context?: Partial<ToolContext>;
};

/**
 * Calls a tool as the engine does, in plain Node.js: arguments, scopes and output are checked alike, and
 * a tool that asks something runs again from its start, as it does for clients of MCP 2026-07-28.
 *
 * @returns the tool's result: its output, or a failure with its code.
 * @throws the tool's unexpected error, for which a client would read "The tool failed unexpectedly"; Error when
 *   it changed its storage before it asked.
 *
 * @example
 * const result = await callTool(addReminder, { text: "Water the plants", on: "2027-01-31" });
 * expect(result).toMatchObject({ ok: true, output: { total: 1 } });
 *
 * @example
 * const result = await callTool(saveFile, { name: "plan.txt" }, { app: { files: new MemoryFiles() } });
 *
 * @example
 * const result = await callTool(addReminder, { text: "" }, { scopes: [] });
 * expect(result).toMatchObject({ ok: false, code: "arguments_invalid" });
 */
export function callTool(tool: Tool, args: unknown, options?: CallOptions): Promise<ToolResult>;
export function callTool<App>(
  tool: Tool<App>,
  args: unknown,
  options: CallOptions & { readonly app: App },
): Promise<ToolResult>;
export async function callTool(
  tool: Tool,
  args: unknown,
  options: CallOptions = {},
): Promise<ToolResult> {
  const storage = options.storage ?? memoryStorage();
  const { declaredScopes = [], scopes = tool.allScopes, ask } = options;
  const context = contextOf(storage, withImplied(scopes, declaredScopes), options);
  if (!tool.visibleTo(context)) {
    return { ok: false, code: "not_found", message: `Unknown tool: ${tool.name}` };
  }
  const answers: TestAnswer[] = [];
  for (;;) {
    const changesBefore = storage.changes;
    try {
      return await tool.call(args, { ...context, ask: asking(answers) });
    } catch (error) {
      if (!(error instanceof QuestionPending) || ask === undefined) throw error;
      if (storage.changes !== changesBefore) {
        throw new Error(
          `The tool "${tool.name}" changed its storage before it asked. It runs again from its start once there is an answer, so it would change it twice.`,
        );
      }
      answers.push(await ask(error.question));
    }
  }

  /** As in a request of MCP 2026-07-28: questions answered in earlier rounds return at once. */
  function asking(known: readonly TestAnswer[]): Ask {
    let asked = 0;
    return async (question) => {
      if (ask === undefined) {
        throw new ToolError("This needs your consent, and this client cannot ask you for it.");
      }
      if (asked >= known.length) throw new QuestionPending(question);
      return parseAnswer(question.answers, known[asked++]);
    };
  }
}

const TOKEN_TTL_SECONDS = 3_600;

function contextOf(
  storage: MemoryStorage,
  scopes: string[],
  options: CallOptions,
): Omit<ToolContext, "ask"> {
  const { as = {}, apis = {}, app, onProgress, context } = options;
  const { userId = "alice", isAdmin = false, name, email, groups } = as;
  const signal = options.signal ?? new AbortController().signal;
  return {
    principal: {
      userId,
      identity: {
        issuer: "https://id.example",
        subject: userId,
        ...(name !== undefined && { name }),
        ...(email !== undefined && { email }),
        ...(groups !== undefined && { groups }),
      },
      clientId: "test-client",
      clientName: "Test client",
      grantId: "test-grant",
      scopes,
      resource: "https://mcp.example/mcp",
      expiresAtSeconds: Math.floor(Date.now() / 1_000) + TOKEN_TTL_SECONDS,
    },
    isAdmin,
    app,
    signal,
    storage,
    usage: storage,
    clientAccount: options.clientAccount,
    api: apisOf(apis, signal),
    report: async (progress) => onProgress?.(progress),
    ...context,
  };
}
