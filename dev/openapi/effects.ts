import type { HttpMethod } from "../../src/engine/openapi/compiled.ts";
import type { ToolAnnotations } from "../../src/engine/tools/tool-annotations.ts";

/** What an operation does, in the catalogue's words. */
export const effects = ["reads", "adds", "changes", "destroys"] as const;
export type Effect = (typeof effects)[number];

const DESTROYS =
  /(?:^|_)(?:delete|destroy|remove|cancel|revoke|purge|erase|wipe|void|archive|deactivate|disable|ban|block|terminate)(?:_|$)/;

/** Suggests it by the method (RFC 9110, section 9.2), and by the name, as many APIs delete with POST. */
export function suggestEffect(method: HttpMethod, name: string): Effect {
  if (method === "GET" || method === "HEAD" || method === "OPTIONS") return "reads";
  if (method === "DELETE" || DESTROYS.test(name)) return "destroys";
  return method === "POST" ? "adds" : "changes";
}

/** RFC 9110, section 9.2.2. */
const IDEMPOTENT: readonly HttpMethod[] = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"];

/**
 * @param repeatable whether doing it twice is doing it once; by default as the method promises.
 */
export function annotationsOf(
  effect: Effect,
  method: HttpMethod,
  repeatable: boolean | undefined,
): ToolAnnotations {
  return {
    readOnlyHint: effect === "reads",
    destructiveHint: effect === "changes" || effect === "destroys",
    idempotentHint: repeatable ?? (effect === "reads" || IDEMPOTENT.includes(method)),
    openWorldHint: true,
  };
}
