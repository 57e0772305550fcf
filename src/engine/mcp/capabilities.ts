import { version } from "../../../package.json";
import type { Catalogue } from "../tools/catalogue";

/**
 * What clients may expect, in both eras. Nothing here changes while a client watches, so no
 * `listChanged`: clients of 2026-07-28 would hold a stream open for it.
 */
const capabilities = { tools: {}, resources: {}, prompts: {} };

/** The options of a server of either SDK. */
export function serverOptions({ instructions }: Pick<Catalogue, "instructions">) {
  return { capabilities, ...(instructions !== undefined && { instructions }) };
}

/** How the server names itself to clients. */
export function serverInfo(serverName: string) {
  return { name: serverName, title: serverName, version };
}
