import * as z from "zod";
import type { ArgumentsHash } from "./arguments-hash";

/** What one tool call came to. It tells nothing of what was said in it. */
export const callReportSchema = z.object({
  /** As the catalogue names it: never a text of the client's. */
  tool: z.string(),
  readOnly: z.boolean(),
  /**
   * `error`: the tool's own, with `isError`; `failed`: an unforeseen failure; `asked`: answered with a
   * question (MCP 2026-07-28, multi round-trip requests), so that the call comes again.
   */
  outcome: z.enum(["ok", "error", "failed", "cancelled", "asked"]),
  /** Of an `error` or a `failed`: docs/errors.md, or the tool's own word. */
  code: z.string().optional(),
  milliseconds: z.number(),
  /** Equal arguments of one tool have equal ones (audit/arguments-hash.ts). */
  argumentsHash: z.string(),
  /** Those arguments that the tool says may be kept as they are (`auditArguments`). */
  safeArguments: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});
export type CallReport = Readonly<z.infer<typeof callReportSchema>>;

/** Where a call is told of: once for each, when its outcome is known. */
export type CallJournal = {
  /** Whether the log may have what a failure quotes: on the developer's machine (LOG_STACKS). */
  readonly logStacks: boolean;
  readonly argumentsHash: ArgumentsHash;
  /** Must not throw. */
  readonly report: (report: CallReport) => void;
};
