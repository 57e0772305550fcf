/** What the peers have beside the bindings of wrangler.jsonc, which these are generated from. */
interface __BaseEnv_Env {
  /** The URL that clients connect to; every token is bound to it. */
  MCP_RESOURCE: string;
  MCP_OBJECT: DurableObjectNamespace<import("./mcp-agent").CalculatorAgent>;
  ECHO: DurableObjectNamespace<import("./floors").Echo>;
  MEMO: DurableObjectNamespace<import("./floors").Memo>;
  OAUTH_PROVIDER: import("@cloudflare/workers-oauth-provider").OAuthHelpers;
}
