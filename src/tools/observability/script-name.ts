import * as z from "zod";
import { ToolError } from "../../engine/tools/define-tool";
import { UpstreamError } from "../../engine/upstream/upstream-error";
import type { Account } from "./account";

/** A Worker's name, as a model writes it. */
export const scriptName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,255}$/, "must be a Worker's name, as workers_list shows it")
  .describe("The Worker's name, as workers_list or $metadata.service shows it");

/** Says what to do when there is no such Worker; rethrows other failures. */
export function unknownWorker(name: string, account: Account): (error: unknown) => never {
  return (error) => {
    if (error instanceof UpstreamError && error.failure === "not_found") {
      throw new ToolError(
        `There is no Worker called ${name} in account ${account.id}. workers_list shows the existing ones.`,
      );
    }
    throw error;
  };
}
