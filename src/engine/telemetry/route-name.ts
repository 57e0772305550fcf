const PATHS = [
  "/",
  "/mcp",
  "/sse",
  "/sse/message",
  "/authorize",
  "/callback",
  "/connections",
  "/health",
  "/icon.svg",
  "/llms.txt",
  "/look.css",
  "/oauth/register",
  "/oauth/token",
  "/operator/revoke",
  "/.well-known/jwks.json",
  "/.well-known/oauth-authorization-server",
  "/.well-known/oauth-protected-resource",
] as const;

/** Routes with something in the path that logs must not have, or that is unbounded. */
const BELOW = ["/connect", "/connections", "/.well-known/oauth-protected-resource"] as const;

/** A path's name in logs: from a fixed set, whatever a client requests. */
export type RouteName = (typeof PATHS)[number] | `${(typeof BELOW)[number]}/*` | "other";

const named: ReadonlyMap<string, RouteName> = new Map(PATHS.map((path) => [path, path]));

/** @param pathname of a URL; never logged itself, since anything can stand in it. */
export function routeNameOf(pathname: string): RouteName {
  const name = named.get(pathname);
  if (name !== undefined) return name;
  const above = BELOW.find((path) => pathname.startsWith(`${path}/`));
  return above === undefined ? "other" : `${above}/*`;
}
