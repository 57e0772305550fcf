/**
 * The protected resources (RFC 8707, RFC 9728), one for each MCP transport. They are two because
 * clients compare `resource` with the URL they were given, exactly.
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
