/** The redirect URIs of a product, and its metadata documents. */
export type ClientPreset = {
  /** As people know it. */
  readonly displayName: string;
  /** Exact. At a loopback address, whatever the port (RFC 8252, section 7.3). */
  readonly redirectUris: readonly string[];
  /** Everything below an address that ends in a slash. */
  readonly redirectPrefixes?: readonly string[];
  /** Client ids that are metadata documents: exactly these, with the redirect URIs that they list. */
  readonly documents?: readonly string[];
};

/**
 * What the names of products in ALLOWED_CLIENTS stand for, with where each fact is from. These are
 * the vendors' to change: when one does, correct it here, or add the new address in ALLOWED_CLIENTS.
 */
export const clientPresets = {
  /**
   * claude.ai, Claude Desktop's and the mobile apps' connectors, and Claude Code by its document
   * (https://claude.ai/oauth/claude-code-client-metadata). Both callbacks, to allow now: "Building
   * custom connectors via remote MCP servers", support.claude.com, article 11503834.
   */
  claude: {
    displayName: "Claude",
    redirectUris: [
      "https://claude.ai/api/mcp/auth_callback",
      "https://claude.com/api/mcp/auth_callback",
    ],
    documents: ["https://claude.ai/oauth/claude-code-client-metadata"],
  },
  /**
   * ChatGPT, and Codex by its document (https://chatgpt.com/oauth/codex/client.json). One callback
   * for servers that send `iss` (RFC 9207), as this one does, and one for each connector: "Auth",
   * Apps SDK, developers.openai.com/apps-sdk/build/auth.
   */
  chatgpt: {
    displayName: "ChatGPT",
    redirectUris: ["https://chatgpt.com/connector_platform_oauth_redirect"],
    redirectPrefixes: ["https://chatgpt.com/connector/oauth/"],
    documents: ["https://chatgpt.com/oauth/codex/client.json"],
  },
  /**
   * What Cursor registers, all three at once: the desktop app before and after it went to a loopback
   * address, and its web app. cursor.com/docs/mcp has the newer two.
   */
  cursor: {
    displayName: "Cursor",
    redirectUris: [
      "cursor://anysphere.cursor-mcp/oauth/callback",
      "https://www.cursor.com/agents/mcp/oauth/callback",
      "http://localhost:8787/callback",
    ],
  },
  /**
   * Visual Studio Code, which registers these (`fetchDynamicRegistration` in
   * src/vs/base/common/oauth.ts of microsoft/vscode), or shows its document
   * (https://vscode.dev/oauth/client-metadata.json).
   */
  vscode: {
    displayName: "VS Code",
    redirectUris: [
      "https://vscode.dev/redirect",
      "https://insiders.vscode.dev/redirect",
      "http://127.0.0.1:33418/",
    ],
    documents: ["https://vscode.dev/oauth/client-metadata.json"],
  },
} as const satisfies Record<string, ClientPreset>;
