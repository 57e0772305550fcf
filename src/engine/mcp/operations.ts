import type { CallJournal } from "../audit/call-report";
import { errorDetails, errorText } from "../lib/error-text";
import { type ErrorCode, GatehouseError } from "../lib/gatehouse-error";
import type { Catalogue } from "../tools/catalogue";
import { resourceId, resourceUri } from "../tools/define-resource";
import {
  type Caller,
  type Tool,
  type ToolContext,
  ToolError,
  type ToolResult,
} from "../tools/define-tool";
import { missingScopes } from "../tools/scopes";
import { ConnectionRequired } from "../upstream/connection-required";
import { QuestionPending } from "./question";

/** What MCP's methods do here, for both eras of the protocol: the adapters only translate. */

/** The client names a tool, a resource, a prompt or a page that does not exist for it. */
export class NotFoundError extends GatehouseError {
  override readonly name = "NotFoundError";
  override readonly code = "not_found" satisfies ErrorCode;
}

/** In `_meta` of a tool's failure: its code (docs/errors.md), for clients that act on it. */
export const ERROR_CODE_META_KEY = "gatehouse/error-code";

export function listTools(catalogue: Catalogue, caller: Caller) {
  return catalogue.toolsFor(caller).flatMap((tool) => {
    const { name, title, description, annotations } = tool;
    try {
      const schemas = { inputSchema: tool.inputSchema(), outputSchema: tool.outputSchema() };
      return [{ name, title, description, annotations, ...schemas }];
    } catch (error) {
      // One broken tool must not take the others away from everybody.
      console.error({ event: "tool_left_out", tool: name, error: errorText(error) });
      return [];
    }
  });
}

/**
 * Calls a tool. The text repeats the structured content, for clients that do not read that (MCP, tools).
 *
 * @param journal gets the call's report, unless the caller may not know of the tool.
 * @throws NotFoundError for a tool that the caller may not know of, QuestionPending, and ConnectionRequired,
 *   which a client gets that opens addresses; {@link toolFailure} is for any other.
 */
export async function callTool(
  catalogue: Catalogue,
  name: string,
  args: unknown,
  context: ToolContext<Env>,
  journal: CallJournal,
) {
  const tool = catalogue.findTool(name, context);
  if (tool === undefined) throw new NotFoundError(`Unknown tool: ${name}`);
  const startedAtMs = Date.now();
  // While the tool runs, so that it does not delay the call.
  const hashing = journal.argumentsHash(tool.name, args);
  const ended = await callSafely(tool, args, context, journal);
  const milliseconds = Date.now() - startedAtMs;
  const safeArguments = tool.safeArguments(args);
  journal.report({
    tool: tool.name,
    readOnly: tool.annotations.readOnlyHint,
    outcome: ended.outcome,
    ...("code" in ended && { code: ended.code }),
    milliseconds,
    argumentsHash: await hashing,
    ...(safeArguments !== undefined && { safeArguments }),
  });
  switch (ended.outcome) {
    case "ok":
      return { content: [text(ended.result.text)], structuredContent: ended.result.output };
    case "asked":
      throw ended.pending;
    default:
      if ("connect" in ended && ended.connect !== undefined) throw ended.connect;
      return toolFailure(ended.message, "code" in ended ? ended.code : undefined);
  }
}

/** The result of a failed call. */
export function toolFailure(message: string, code?: string) {
  // Not as structured content: clients validate that against the tool's output schema, even for a failure.
  return {
    content: [text(message)],
    isError: true,
    ...(code !== undefined && { _meta: { [ERROR_CODE_META_KEY]: code } }),
  };
}

/** How a call ended: one case per outcome of a report. */
type Ended =
  | { readonly outcome: "ok"; readonly result: Extract<ToolResult, { ok: true }> }
  | {
      readonly outcome: "error" | "failed";
      readonly code: string;
      readonly message: string;
      readonly connect?: ConnectionRequired;
    }
  | { readonly outcome: "cancelled"; readonly message: string }
  | { readonly outcome: "asked"; readonly pending: QuestionPending };

/** Of an unexpected failure, the client gets only a reference, which the log has too. */
async function callSafely(
  tool: Tool<Env>,
  args: unknown,
  context: ToolContext<Env>,
  { logStacks }: CallJournal,
): Promise<Ended> {
  try {
    const result = await tool.call(args, context);
    if (result.ok) return { outcome: "ok", result };
    return { outcome: "error", code: result.code, message: result.message };
  } catch (error) {
    if (error instanceof QuestionPending) return { outcome: "asked", pending: error };
    if (error instanceof ConnectionRequired) {
      const { code, message } = error;
      return { outcome: "error", code, message, connect: error };
    }
    // The client wanted to stop, and reads no result any more, unless the reason says otherwise.
    if (context.signal.aborted) {
      const { reason } = context.signal;
      const message = reason instanceof ToolError ? reason.message : "The call was cancelled.";
      return { outcome: "cancelled", message };
    }
    const reference = crypto.randomUUID();
    const code = error instanceof GatehouseError ? error.code : ("tool_failed" satisfies ErrorCode);
    const details = logStacks ? { details: errorDetails(error) } : {};
    const { name } = tool;
    console.error({
      event: "tool_failed",
      tool: name,
      code,
      reference,
      error: errorText(error),
      ...details,
    });
    const message = `The tool failed unexpectedly. Reference: ${reference}`;
    return { outcome: "failed", code, message };
  }
}

/**
 * Lists the resources of all collections, one page at a time.
 *
 * @param cursor from the previous page: the number of a collection and where to continue in it.
 * @throws NotFoundError when we did not issue it.
 */
export async function listResources(
  catalogue: Catalogue,
  cursor: string | undefined,
  context: ToolContext<Env>,
) {
  const collections = catalogue.resourcesFor(context);
  const [, number, after] = /^(\d{1,3}):(.*)$/s.exec(cursor ?? "0:") ?? [];
  const index = Number(number);
  const collection = collections[index];
  if (cursor === undefined && collection === undefined) return { resources: [] };
  // The first page has no cursor.
  if (number === undefined || collection === undefined || cursor === "0:") {
    throw new NotFoundError("There is no such cursor");
  }
  const page = await collection.list({ after: after === "" ? undefined : after }, context);
  const { mimeType } = collection;
  const resources = page.entries.map(({ id, name }) => ({
    uri: resourceUri(collection, id),
    name,
    mimeType,
  }));
  if (page.next !== undefined) return { resources, nextCursor: `${index}:${page.next}` };
  return index + 1 < collections.length
    ? { resources, nextCursor: `${index + 1}:` }
    : { resources };
}

export function listResourceTemplates(catalogue: Catalogue, caller: Caller) {
  return catalogue
    .resourcesFor(caller)
    .map(({ name, title, description, mimeType, uriPrefix }) => ({
      name,
      title,
      description,
      mimeType,
      uriTemplate: `${uriPrefix}{id}`,
    }));
}

/** @throws NotFoundError when there is no such resource for this caller. */
export async function readResource(catalogue: Catalogue, uri: string, context: ToolContext<Env>) {
  const collection = catalogue.findResource(uri);
  const id = collection === undefined ? undefined : resourceId(collection, uri);
  // The endpoint has already answered 403; this stops a request that came another way.
  const allowed =
    collection !== undefined &&
    missingScopes(context.principal.scopes, collection.scopes).length === 0;
  const content = allowed && id !== undefined ? await collection.read(id, context) : undefined;
  if (collection === undefined || content === undefined) {
    throw new NotFoundError(`Resource not found: ${uri}`);
  }
  return { contents: [{ uri, mimeType: collection.mimeType, text: content }] };
}

export function listPrompts(catalogue: Catalogue, caller: Caller) {
  return catalogue.promptsFor(caller).map((prompt) => ({
    name: prompt.name,
    title: prompt.title,
    description: prompt.description,
    arguments: [...prompt.arguments],
  }));
}

/** @throws NotFoundError when there is no such prompt, or its arguments are wrong. */
export function getPrompt(catalogue: Catalogue, name: string, args: unknown) {
  const prompt = catalogue.findPrompt(name);
  if (prompt === undefined) throw new NotFoundError(`Unknown prompt: ${name}`);
  try {
    const content = text(prompt.text(args));
    return { description: prompt.description, messages: [{ role: "user" as const, content }] };
  } catch (error) {
    if (error instanceof ToolError) throw new NotFoundError(error.message);
    throw error;
  }
}

function text(content: string) {
  return { type: "text" as const, text: content };
}
