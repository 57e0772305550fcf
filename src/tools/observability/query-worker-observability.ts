import * as z from "zod";
import { defineTool } from "../../engine/tools/define-tool";
import { accountSchema, resolveAccount } from "./account";
import { cloudflareApi } from "./api";
import { callCloudflare } from "./cloudflare-api";
import { DATA_NOTICE, withData } from "./data-notice";
import { queryArguments, queryOnWire } from "./query-arguments";
import { queryResultSchema, queryTable, queryTableSchema } from "./query-result";
import { READ_ONLY, telemetryRequest } from "./requests";
import { tsv } from "./table";
import { isoTimeframe, resolveTimeframe } from "./timeframe";

export const queryWorkerObservability = defineTool({
  name: "query_worker_observability",
  title: "Query Workers’ logs and metrics",
  description:
    "Queries the logs, errors and metrics of an account's Workers: single events, numbers by group, or requests. " +
    "To find what fails and why, first ask for calculations with the filter $metadata.error exists, grouped by $metadata.service; " +
    "then, filtered by that service, grouped by $metadata.error; then for single events.",
  scopes: ["observability:read"],
  input: queryArguments,
  output: queryTableSchema.extend({
    account: accountSchema,
    view: z.string(),
    timeframe: z.object({ from: z.iso.datetime(), to: z.iso.datetime() }),
    notice: z.string().describe("How to treat rows and series"),
  }),
  annotations: READ_ONLY,
  async run(query, context) {
    const timeframe = resolveTimeframe(query.timeframe, Date.now());
    const account = await resolveAccount(query.accountId, context);
    const { result } = await callCloudflare(context.api(cloudflareApi), {
      ...telemetryRequest(account, "query", queryOnWire(query, timeframe)),
      result: queryResultSchema,
    });
    return {
      account,
      view: query.view,
      timeframe: isoTimeframe(timeframe),
      notice: DATA_NOTICE,
      ...queryTable(query, result),
    };
  },
  text({ account, view, timeframe, columns, rows, series, matched, nextOffset, more }) {
    const where = `from ${timeframe.from} to ${timeframe.to} in account ${account.id}.`;
    if (rows.length === 0) {
      return `Nothing matches ${where} Try a longer timeframe, or check keys and values with observability_keys and observability_values.`;
    }
    const shown = matched === undefined ? rows.length : `${rows.length} of ${matched}`;
    const summary = `${view === "calculations" ? "Calculated" : `${shown} ${view}`} ${where}`;
    const next =
      nextOffset === undefined
        ? undefined
        : `There may be more: call again with ${JSON.stringify({ offset: nextOffset, timeframe })} and the rest unchanged.`;
    const tables = [{ columns, rows }, ...(series ? [series] : [])];
    return withData(
      [summary, more, next],
      tables.map((table) => tsv(table.columns, table.rows)).join("\n\n"),
    );
  },
});
