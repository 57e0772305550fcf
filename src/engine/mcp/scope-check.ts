import { insufficientScope, type OAuthResourceAuth } from "@cloudflare/workers-oauth-provider";
import * as z from "zod";
import type { Catalogue } from "../tools/catalogue";
import { type Caller, missingScopesMessage } from "../tools/define-tool";
import { missingScopes } from "../tools/scopes";

const operationSchema = z.discriminatedUnion("method", [
  z.object({
    method: z.literal("tools/call"),
    params: z.object({ name: z.string(), arguments: z.unknown().optional() }),
  }),
  z.object({ method: z.literal("resources/read"), params: z.object({ uri: z.string() }) }),
  z.object({ method: z.literal("prompts/get"), params: z.object({ name: z.string() }) }),
]);

/**
 * Refuses requests beyond the token's scopes before anything runs: 403 with every scope that the client
 * then needs, including those it has, so that it can ask the person once for all of them
 * (MCP authorization, scope challenge handling; RFC 6750, section 3.1).
 *
 * @param message one message, or several in an array, as older clients may send them.
 * @param report gets the missing scopes, if any.
 * @param takesChallenges whether the client understands a 403 to a call of a tool. For others the call proceeds,
 *   and the tool says the same in its result: it checks the scopes itself, before it runs.
 * @returns the refusal, or undefined when all of it may proceed.
 */
export function refuseBeyondScopes(
  catalogue: Catalogue,
  message: unknown,
  caller: Caller,
  auth: OAuthResourceAuth,
  report: (missing: readonly string[]) => void,
  takesChallenges: boolean,
): Response | undefined {
  const messages = Array.isArray(message) ? message : [message];
  const needed = messages.flatMap((single) => scopesNeeded(catalogue, single, caller));
  const missing = missingScopes(caller.principal.scopes, needed);
  if (missing.length === 0) return undefined;
  report(missing);
  const isCall = (single: unknown) =>
    operationSchema.safeParse(single).data?.method === "tools/call";
  if (!takesChallenges && messages.every(isCall)) return undefined;
  return insufficientScope(
    auth,
    // Refresh tokens are between the client and its authorization server (OpenID Connect Core, section 11).
    [...new Set([...auth.scope, ...needed])].filter((scope) => scope !== "offline_access"),
    missingScopesMessage(missing),
  );
}

/** The scopes that one message needs; none when it names something unknown, which is then reported as such. */
function scopesNeeded(catalogue: Catalogue, message: unknown, caller: Caller): readonly string[] {
  const operation = operationSchema.safeParse(message);
  if (!operation.success) return [];
  const { method, params } = operation.data;
  switch (method) {
    case "tools/call":
      return catalogue.findTool(params.name, caller)?.scopesNeeded(params.arguments ?? {}) ?? [];
    case "resources/read":
      return catalogue.findResource(params.uri)?.scopes ?? [];
    case "prompts/get":
      return catalogue.findPrompt(params.name)?.scopes ?? [];
  }
}
