import { version } from "../../package.json";

/**
 * What clients may expect, in both eras. Nothing here changes while a client watches, so no
 * `listChanged`: clients of 2026-07-28 would hold a stream open for it.
 */
export const serverCapabilities = { tools: {}, resources: {}, prompts: {} };

/** How the server names itself to clients. */
export function serverInfo(serverName: string) {
  return { name: serverName, title: serverName, version };
}
