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
