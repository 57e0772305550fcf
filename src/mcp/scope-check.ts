import { insufficientScope, type OAuthResourceAuth } from "@cloudflare/workers-oauth-provider";
import { findTool } from "../tools/catalogue";
import type { Caller } from "../tools/define-tool";
import { missingScopesMessage } from "../tools/define-tool";
import { missingScopes } from "../tools/scopes";
import type { ToolCall } from "./message";

/**
 * Answers a call that is beyond the token's scopes before anything runs: 403 with every scope that
 * the client then needs, those it has included, so that it can ask the person once for all of them
 * (MCP authorization, scope challenge handling; RFC 6750, section 3.1).
 *
 * @returns the refusal, or undefined when every call may go on.
 */
export function refuseBeyondScopes(
  calls: readonly ToolCall[],
  caller: Caller,
  auth: OAuthResourceAuth,
): Response | undefined {
  const held = caller.principal.scopes;
  const needed = calls.flatMap(
    ({ name, args }) => findTool(name, caller)?.scopesNeeded(args) ?? [],
  );
  const missing = missingScopes(held, needed);
  if (missing.length === 0) return undefined;
  return insufficientScope(auth, [...new Set([...held, ...needed])], missingScopesMessage(missing));
}
