import { join } from "node:path";
import { projectDir } from "../../dev/server/processes.ts";

export type SubjectName = "gatehouse" | "mcp-agent" | "mcp-handler" | "token-check" | "floors";

/** A Worker that is built: this server, a stock peer of it, a floor, or what one of them needs. */
export type Subject = {
  readonly name: SubjectName;
  /** How reports call it. */
  readonly title: string;
  /** Its wrangler configuration. */
  readonly config: string;
  /** The entry of its build that is timed, where it is not the configuration's. */
  readonly timedEntry?: string;
  /** The entry of its build that counts what it does to its bindings. */
  readonly countingEntry?: string;
  /** Whether its requests need an access token, which it issues itself. */
  readonly issuesTokens: boolean;
};

const workers = join(projectDir, "bench", "workers");

const configOf = (name: SubjectName) => join(workers, `${name}.jsonc`);
const countingEntryOf = (name: SubjectName) => join(workers, "counting", `${name}.ts`);

export const subjects: Readonly<Record<SubjectName, Subject>> = {
  gatehouse: {
    name: "gatehouse",
    title: "Gatehouse",
    config: join(projectDir, "wrangler.jsonc"),
    timedEntry: join(workers, "gatehouse.ts"),
    countingEntry: countingEntryOf("gatehouse"),
    issuesTokens: true,
  },
  "mcp-agent": {
    name: "mcp-agent",
    title: "stock McpAgent",
    config: configOf("mcp-agent"),
    countingEntry: countingEntryOf("mcp-agent"),
    issuesTokens: true,
  },
  "mcp-handler": {
    name: "mcp-handler",
    title: "stock createMcpHandler",
    config: configOf("mcp-handler"),
    countingEntry: countingEntryOf("mcp-handler"),
    issuesTokens: true,
  },
  "token-check": {
    name: "token-check",
    title: "token check",
    config: configOf("token-check"),
    issuesTokens: true,
  },
  floors: {
    name: "floors",
    title: "floors",
    config: configOf("floors"),
    issuesTokens: false,
  },
};

/** Those that speak MCP. */
export const mcpSubjects = [
  subjects.gatehouse,
  subjects["mcp-agent"],
  subjects["mcp-handler"],
] as const;
