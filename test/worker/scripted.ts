import { inject } from "vitest";
import { ScriptedAuthority, scriptedServer } from "../support/scripted-authority.ts";
import { MCP } from "./as-client.ts";

const server = scriptedServer(inject("scriptedOrigin"));

export const { script, requestsTo } = server;

/** An authorization server of one test, whose tokens are for the Worker under test. */
export const startAuthority = (alg?: string) => ScriptedAuthority.start(server, MCP, alg);
