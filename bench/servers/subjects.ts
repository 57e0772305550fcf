import { join } from "node:path";
import { projectDir } from "../../dev/processes.ts";

export type SubjectName =
  | "gatehouse"
  | "mcp-agent"
  | "mcp-handler"
  | "token-check"
  | "floors"
  | "limiter";

/** A Worker that is built: this server, a stock peer of it, a floor, or what one of them needs. */
export type Subject = {
  readonly name: SubjectName;
  /** How reports call it. */
  readonly title: string;
  /** Its wrangler configuration. */
  readonly config: string;
  /** The entry of its build that counts what it does to its bindings. */
  readonly countingEntry?: string;
  /** Whether its requests need an access token, which it issues itself. */
  readonly issuesTokens: boolean;
};

const workers = join(projectDir, "bench", "workers");

function peer(name: SubjectName, title: string): Subject {
  const countingEntry = join(workers, "counting", `${name}.ts`);
  return { ...floor(name, title, true), countingEntry };
}

function floor(name: SubjectName, title: string, issuesTokens: boolean): Subject {
  return { name, title, config: join(workers, `${name}.jsonc`), issuesTokens };
}

export const subjects: Readonly<Record<SubjectName, Subject>> = {
  gatehouse: {
    ...peer("gatehouse", "Gatehouse"),
    config: join(projectDir, "wrangler.jsonc"),
  },
  "mcp-agent": peer("mcp-agent", "stock McpAgent"),
  "mcp-handler": peer("mcp-handler", "stock createMcpHandler"),
  "token-check": floor("token-check", "token check", true),
  floors: floor("floors", "floors", false),
  limiter: floor("limiter", "rate limiters", false),
};

/** Those that speak MCP. */
export const mcpSubjects = [
  subjects.gatehouse,
  subjects["mcp-agent"],
  subjects["mcp-handler"],
] as const;
