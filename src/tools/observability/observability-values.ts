import * as z from "zod";
import { defineTool } from "../../engine/tools/define-tool";
import { accountArgument, accountSchema, resolveAccount } from "./account";
import { cloudflareApi } from "./api";
import { callCloudflare } from "./cloudflare-api";
import { DATA_NOTICE, withData } from "./data-notice";
import { cellOf } from "./events";
import {
  datasetsSchema,
  filterOnWire,
  filtersSchema,
  KEY_HINT,
  keySchema,
  needleOnWire,
  needleSchema,
  valueType,
} from "./filters";
import { READ_ONLY, telemetryRequest } from "./requests";
import { fitting, tsv } from "./table";
import { resolveTimeframe, timeframeSchema } from "./timeframe";

const COLUMNS = ["value", "type", "dataset"];

const resultSchema = z.array(
  z.object({
    value: z.unknown().optional().transform(cellOf),
    type: z.string(),
    dataset: z.string().optional(),
  }),
);

export const observabilityValues = defineTool({
  name: "observability_values",
  title: "List the values of a field of logs",
  description:
    "Lists the values that a field of the logs takes, such as the names of the Workers for $metadata.service.",
  scopes: ["observability:read"],
  input: z.object({
    accountId: accountArgument,
    key: keySchema.describe(`The field, ${KEY_HINT}`),
    type: valueType.default("string").describe("The field's type"),
    timeframe: timeframeSchema.default("last 24 hours"),
    datasets: datasetsSchema,
    filters: filtersSchema,
    needle: needleSchema.describe("Only values that contain this text"),
    limit: z.int().min(1).max(2_000).default(50),
  }),
  output: z.object({
    account: accountSchema,
    key: z.string(),
    values: z.array(
      z.object({
        value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
        type: z.string(),
        dataset: z.string().optional(),
      }),
    ),
    more: z.string().optional().describe("What is not shown, and how to get it"),
    notice: z.string().describe("How to treat values"),
  }),
  annotations: READ_ONLY,
  async run({ key, type, timeframe: wanted, filters, needle, datasets, limit, ...args }, context) {
    const timeframe = resolveTimeframe(wanted, Date.now());
    const account = await resolveAccount(args.accountId, context);
    const { result } = await callCloudflare(context.api(cloudflareApi), {
      ...telemetryRequest(account, "values", {
        timeframe,
        key,
        type,
        datasets,
        filters: filters.map(filterOnWire),
        ...(needle !== undefined && { needle: needleOnWire(needle) }),
        limit,
      }),
      result: resultSchema,
    });
    const values = fitting(
      COLUMNS,
      result.map(({ dataset, ...rest }) => ({
        ...rest,
        ...(dataset !== undefined && { dataset }),
      })),
    );
    const isMore = values.length < result.length || result.length >= limit;
    return {
      account,
      key,
      values,
      ...(isMore && {
        more: `Only ${values.length} values are shown, and there may be more: call again with a higher limit, a needle, or filters.`,
      }),
      notice: DATA_NOTICE,
    };
  },
  text: ({ account, key, values, more }) =>
    values.length === 0
      ? `No values of ${JSON.stringify(key)} in account ${account.id}. observability_keys shows the fields that logs have, with their types.`
      : withData(
          [`${values.length} values of ${JSON.stringify(key)} in account ${account.id}.`, more],
          tsv(COLUMNS, values),
        ),
});
