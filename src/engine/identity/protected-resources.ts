/**
 * The protected resources (RFC 8707, RFC 9728), one per MCP transport. There are two because clients
 * compare `resource` exactly with the URL that they were given.
 */
export type ProtectedResources = {
  /** Streamable HTTP. */
  readonly mcp: string;
  /** HTTP with server-sent events, the transport of 2024-11-05. */
  readonly sse: string;
};

export function protectedResources(origin: string): ProtectedResources {
  return { mcp: `${origin}/mcp`, sse: `${origin}/sse` };
}
