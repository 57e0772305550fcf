import { AuthorizationError, type AuthRequest } from "@cloudflare/workers-oauth-provider";
import type { Catalogue } from "../tools/catalogue";

/**
 * OAuth 2.1, section 7.5.2, and MCP authorization require it of every client; the library, only of
 * public ones.
 */
export function requirePkce(request: AuthRequest): void {
  if (request.codeChallenge !== undefined) return;
  throw invalidRequest(
    request,
    "PKCE is required: send code_challenge with code_challenge_method S256",
  );
}

/** The only mode in the metadata: another would not reach the waiting client. */
export function requireQueryMode(request: AuthRequest, parameters: URLSearchParams): void {
  const mode = parameters.get("response_mode") ?? "query";
  if (mode === "query") return;
  throw invalidRequest(request, "The only response_mode here is query");
}

function invalidRequest(
  { redirectUri, state, issuer }: AuthRequest,
  description: string,
): AuthorizationError {
  return new AuthorizationError("invalid_request", {
    description,
    redirectUri,
    state,
    ...(issuer !== undefined && { issuer }),
  });
}

/** Whether a client without permissions is of use: a tool needs none, or there is nothing to tick. */
export function isOfUseWithoutScopes({ allScopes, allTools }: Catalogue): boolean {
  return allScopes.length === 0 || allTools.some((tool) => tool.usableWith([]));
}
