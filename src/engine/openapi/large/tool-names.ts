import type { Kind } from "./operation-set";

/** What the four tools are called. */
export type ToolNames = { readonly search: string; readonly describe: string } & Readonly<
  Record<Kind, string>
>;

/** @param prefix for a server that has two such toolsets, such as `tickets_`. */
export function toolNames(prefix = ""): ToolNames {
  return {
    search: `${prefix}search_operations`,
    describe: `${prefix}describe_operation`,
    read: `${prefix}call_read_operation`,
    write: `${prefix}call_write_operation`,
  };
}
