import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  classifyInboundRequest,
  type InboundClassificationOutcome,
  isJsonContentType,
  PROTOCOL_VERSION_META_KEY,
} from "@modelcontextprotocol/server";
import * as z from "zod";

/** A call of a tool that needs nothing but its answer; its request is valid. */
export type PlainCall = {
  readonly id: string | number;
  readonly name: string;
  readonly args: Record<string, unknown>;
};

const STATELESS_VERSION = "2026-07-28";

/** It may contain nothing else: other members mean something to the SDK, or are errors that it reports. */
const plainParamsSchema = z.strictObject({
  name: z.string(),
  arguments: z.record(z.string(), z.unknown()).optional(),
  // `classifyEra` has checked the values.
  _meta: z.strictObject({
    [PROTOCOL_VERSION_META_KEY]: z.literal(STATELESS_VERSION),
    [CLIENT_CAPABILITIES_META_KEY]: z.unknown(),
    [CLIENT_INFO_META_KEY]: z.unknown().optional(),
  }),
});

/** Which era of MCP a POST belongs to, and whether it is valid so far, as the SDK judges it. */
export function classifyEra(request: Request, body: unknown): InboundClassificationOutcome {
  const { headers } = request;
  const version = headers.get("mcp-protocol-version");
  const method = headers.get("mcp-method");
  const name = headers.get("mcp-name");
  return classifyInboundRequest({
    httpMethod: request.method,
    ...(version !== null && { protocolVersionHeader: version }),
    ...(method !== null && { mcpMethodHeader: method }),
    ...(name !== null && { mcpNameHeader: name }),
    body,
  });
}

/**
 * Finds the calls that can be answered with a single message and need no server of the SDK, which is made
 * per request and costs more than everything else in it. They request no progress, answer no question, and
 * have every header that their revision requires.
 *
 * @returns undefined for everything else, and for invalid requests: the SDK then answers.
 */
export function plainCallIn(
  request: Request,
  outcome: InboundClassificationOutcome,
): PlainCall | undefined {
  if (outcome.kind !== "modern" || outcome.messageKind !== "request") return undefined;
  const { message } = outcome;
  if (!("id" in message) || message.method !== "tools/call") return undefined;
  const { headers } = request;
  if (!isJsonContentType(headers.get("content-type"))) return undefined;
  const params = plainParamsSchema.safeParse(message.params);
  if (!params.success) return undefined;
  const { name, arguments: args = {} } = params.data;
  // Those of 2026-07-28 (MCP, standard request headers): version and method were already compared with the body.
  const isNamed = headers.get("mcp-name") === name;
  if (!isNamed || !headers.has("mcp-protocol-version") || !headers.has("mcp-method")) {
    return undefined;
  }
  return { id: message.id, name, args };
}
