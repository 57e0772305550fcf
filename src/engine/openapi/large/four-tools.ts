import type { Tool } from "../../tools/define-tool";
import type { Scope } from "../../tools/scopes";
import type { Operation } from "../operation";
import { callTool } from "./call-tools";
import { describeTool } from "./describe-tool";
import { OperationSet } from "./operation-set";
import { searchTool } from "./search-tool";
import { toolNames } from "./tool-names";

export type FourTools = {
  /** What the document describes, such as "Acme Tickets". */
  readonly about: string;
  /** That the toolset declares. */
  readonly scopes: readonly Scope[];
  /** Before the names of the tools, for a server that has two such toolsets. */
  readonly prefix?: string | undefined;
};

/**
 * The tools that stand for many operations: one searches, one describes, one calls what reads and one what writes.
 * Whoever has any scope of theirs sees all four: what else they could do they find by searching, and a call asks for
 * the scopes that its operation needs.
 */
export function fourTools(all: readonly Operation[], { about, scopes, prefix }: FourTools): Tool[] {
  const operations = new OperationSet(all, scopes);
  const names = toolNames(prefix);
  const kinds = (["read", "write"] as const).filter((kind) => operations.has(kind));
  const tools = [
    searchTool(operations, names, about),
    describeTool(operations, names, about),
    ...kinds.map((kind) => callTool(kind, operations, names, about)),
  ];
  return tools.map((tool) => ({ ...tool, usableWith: (held) => operations.concerns(held) }));
}
