import * as z from "zod";

/**
 * Clients that cannot handle the 403 that MCP uses to ask for more scopes (docs/clients.md): mcp-remote before
 * 0.2 never answers its own caller; Codex and Copilot end the call, or begin to sign in again.
 */
const WITHOUT_CHALLENGES = [/\bmcp-remote[ /]?0\.[01]\./i, /^codex\b/i, /\bcopilot\b/i];

/** Marks the ids of their sessions: each request names its session, so that nothing need be stored or asked. */
const MARK = "-r";

const initializeSchema = z.object({
  params: z.object({ clientInfo: z.object({ name: z.string(), version: z.string() }) }),
});

/**
 * The id of a new session, which says how its client handles a challenge. The client identifies itself, once;
 * one that lies gets the same refusal in another form.
 *
 * @param initialize the message that begins the session.
 */
export function markedId(id: string, initialize: unknown): string {
  const { data } = initializeSchema.safeParse(initialize);
  if (data === undefined) return id;
  const { name, version } = data.params.clientInfo;
  const isOne = WITHOUT_CHALLENGES.some((pattern) => pattern.test(`${name} ${version}`));
  return isOne ? `${id}${MARK}` : id;
}

/** Whether the client of a session understands a 403 to a call of a tool. */
export function takesScopeChallenges(sessionId: string): boolean {
  return !sessionId.endsWith(MARK);
}
