/**
 * What kinds of clients logs and metrics tell apart. `sdk` is a program that names only its runtime or
 * library; `browser` a person's, at the pages.
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

/** In this order: what runs inside another product names that as well. */
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
 * The family of a client, from what it says of itself: nobody checks that, so nothing may depend on it
 * but numbers. None of the client's text is in it.
 *
 * @param names what its registration or its messages call it, the most reliable first.
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
