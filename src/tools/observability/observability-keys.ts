import * as z from "zod";
import { defineTool } from "../../engine/tools/define-tool";
import { accountArgument, accountSchema, resolveAccount } from "./account";
import { cloudflareApi } from "./api";
import { callCloudflare } from "./cloudflare-api";
import { DATA_NOTICE, withData } from "./data-notice";
import { isoTime } from "./events";
import { datasetsSchema, filterOnWire, filtersSchema, needleOnWire, needleSchema } from "./filters";
import { READ_ONLY, telemetryRequest } from "./requests";
import { cellText, fitting, tsv } from "./table";
import { resolveTimeframe, timeframeSchema } from "./timeframe";

const COLUMNS = ["key", "type"];

const resultSchema = z.array(
  z.object({
    key: z.string().transform(cellText),
    type: z.string(),
    lastSeenAt: z.number().optional().catch(undefined),
  }),
);

export const observabilityKeys = defineTool({
  name: "observability_keys",
  title: "List the fields of logs",
  description:
    "Lists the fields that logs have, for use in filters, calculations and groups of query_worker_observability.",
  scopes: ["observability:read"],
  input: z.object({
    accountId: accountArgument,
    timeframe: timeframeSchema.default("last 24 hours"),
    datasets: datasetsSchema,
    filters: filtersSchema,
    needle: needleSchema.describe("Only fields of events that contain this text"),
    keyNeedle: needleSchema.describe('Only fields with this text in their name, such as "user"'),
    limit: z.int().min(1).max(2_000).default(500),
  }),
  output: z.object({
    account: accountSchema,
    keys: z.array(
      z.object({ key: z.string(), type: z.string(), lastSeenAt: z.string().optional() }),
    ),
    more: z.string().optional().describe("What is not shown, and how to get it"),
    notice: z.string().describe("How to treat keys"),
  }),
  annotations: READ_ONLY,
  async run({ timeframe: wanted, filters, needle, keyNeedle, datasets, limit, ...args }, context) {
    const timeframe = resolveTimeframe(wanted, Date.now());
    const account = await resolveAccount(args.accountId, context);
    const { result } = await callCloudflare(context.api(cloudflareApi), {
      ...telemetryRequest(account, "keys", {
        // The API's documentation has from and to, its clients send a timeframe; it accepts both.
        timeframe,
        ...timeframe,
        datasets,
        filters: filters.map(filterOnWire),
        ...(needle !== undefined && { needle: needleOnWire(needle) }),
        ...(keyNeedle !== undefined && { keyNeedle: needleOnWire(keyNeedle) }),
        limit,
      }),
      result: resultSchema,
    });
    const keys = fitting(
      COLUMNS,
      result.map(({ key, type, lastSeenAt }) => ({
        key,
        type,
        ...(lastSeenAt !== undefined && { lastSeenAt: isoTime(lastSeenAt) }),
      })),
    );
    const isMore = keys.length < result.length || result.length >= limit;
    return {
      account,
      keys,
      ...(isMore && {
        more: `Only ${keys.length} fields are shown, and there may be more: call again with keyNeedle, or with filters for one Worker.`,
      }),
      notice: DATA_NOTICE,
    };
  },
  text: ({ account, keys, more }) =>
    keys.length === 0
      ? `No logs in account ${account.id} match. Try a longer timeframe.`
      : withData([`${keys.length} fields in account ${account.id}.`, more], tsv(COLUMNS, keys)),
});
