/**
 * The kinds of clients that logs and metrics distinguish. `sdk` is a program that names only its runtime or
 * library; `browser` is a person's, on our pages.
 */
export const clientFamilies = [
  "claude",
  "chatgpt",
  "cursor",
  "vscode",
  "inspector",
  "mcp-remote",
  "sdk",
  "browser",
  "other",
] as const;
export type ClientFamily = (typeof clientFamilies)[number];

/** In this order: a client inside another product names that product as well. */
const PRODUCTS: readonly (readonly [ClientFamily, RegExp])[] = [
  ["mcp-remote", /mcp-remote|mcp cli proxy/i],
  ["inspector", /\binspector\b/i],
  ["claude", /\bclaude\b|\banthropic\b/i],
  ["chatgpt", /\bchatgpt\b|\bopenai\b|\bcodex\b/i],
  ["cursor", /\bcursor\b/i],
  ["vscode", /visual studio code|\bvs ?code\b|\bCode\/\d/i],
];
const RUNTIME =
  /^(node|undici|deno|bun|python|httpx|aiohttp|go-http-client|okhttp|java|reqwest|ruby|dart|axios|mcp-sdk|[^ ]*modelcontextprotocol)\b/i;

/**
 * The family of a client, from what it says about itself: nobody checks that, so only statistics may depend
 * on it. It has none of the client's text.
 *
 * @param names from its registration or its messages, the most reliable first.
 */
export function clientFamilyOf(
  names: readonly (string | undefined)[],
  userAgent: string | null,
): ClientFamily {
  for (const text of [...names, userAgent]) {
    if (!text) continue;
    const product = PRODUCTS.find(([, pattern]) => pattern.test(text));
    if (product !== undefined) return product[0];
  }
  if (userAgent === null) return "other";
  if (userAgent.startsWith("Mozilla/")) return "browser";
  return RUNTIME.test(userAgent) ? "sdk" : "other";
}
