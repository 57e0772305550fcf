import type { CallReport } from "../audit/call-report";
import { errorText } from "../lib/error-text";
import type { ClientFamily } from "./client-family";
import type { Era } from "./request-report";

/** The binding may be missing, whatever the generated type says: metrics are optional. */
export type Metrics = Partial<Pick<Env, "DB">> & { readonly METRICS?: AnalyticsEngineDataset };

/** Who called, and how. */
export type CallSource = {
  readonly era: Era;
  readonly client: ClientFamily;
  readonly clientId: string;
};

/** Client ids can be the addresses of metadata documents, of any length. */
const MAX_CLIENT_ID_CHARS = 200;

/**
 * Writes one data point to Analytics Engine, which does not wait and costs the call nothing.
 * docs/operations.md has the columns and queries: their order must not change, as old points keep theirs.
 */
export function writeCallMetrics(
  { METRICS }: Metrics,
  { tool, outcome, code = "", milliseconds, readOnly }: CallReport,
  { era, client, clientId }: CallSource,
): void {
  try {
    METRICS?.writeDataPoint({
      // The sampling key: when there are too many points to keep all, rare tools keep theirs.
      indexes: [tool],
      blobs: [
        tool,
        outcome,
        era,
        client,
        clientId.slice(0, MAX_CLIENT_ID_CHARS),
        readOnly ? "read" : "write",
        code,
      ],
      doubles: [milliseconds],
    });
  } catch (error) {
    // An invocation may write only a limited number of points, and a batch of calls can have more.
    console.warn({ event: "metrics_failed", error: errorText(error) });
  }
}
