import * as z from "zod";
import type { ArgumentsHash } from "./arguments-hash";

/** The outcome of one tool call. It has nothing of the call's content. */
export const callReportSchema = z.object({
  /** Its name in the catalogue: never the client's text. */
  tool: z.string(),
  readOnly: z.boolean(),
  /**
   * `error`: the tool's own, with `isError`; `failed`: an unexpected failure; `asked`: answered with a
   * question (MCP 2026-07-28, multi round-trip requests), so the client sends the call again.
   */
  outcome: z.enum(["ok", "error", "failed", "cancelled", "asked"]),
  /** Of an `error` or a `failed`: a code of docs/errors.md, or the tool's own. */
  code: z.string().optional(),
  milliseconds: z.number(),
  /** Equal arguments of one tool have equal hashes (audit/arguments-hash.ts). */
  argumentsHash: z.string(),
  /** Those arguments that the tool says may be kept as they are (`auditArguments`). */
  safeArguments: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});
export type CallReport = Readonly<z.infer<typeof callReportSchema>>;

/** Where calls are reported: each once, when its outcome is known. */
export type CallJournal = {
  /** Whether the log may have what a failure quotes: on the developer's machine (LOG_STACKS). */
  readonly logStacks: boolean;
  readonly argumentsHash: ArgumentsHash;
  /** Must not throw. */
  readonly report: (report: CallReport) => void;
};
