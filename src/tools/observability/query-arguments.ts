import * as z from "zod";
import { accountArgument } from "./account";
import {
  datasetsSchema,
  filterOnWire,
  filtersSchema,
  keySchema,
  needleOnWire,
  needleSchema,
  valueType,
} from "./filters";
import { type Timeframe, timeframeSchema } from "./timeframe";

const OPERATORS = [
  ...["count", "uniq", "sum", "avg", "min", "max", "median", "stddev", "variance"],
  ...["p001", "p01", "p05", "p10", "p25", "p75", "p90", "p95", "p99", "p999"],
] as const;

const calculationSchema = z
  .object({
    operator: z.enum(OPERATORS).describe("uniq counts different values; p99 is a percentile"),
    key: keySchema
      .optional()
      .describe("The field to calculate with, such as $workers.wallTimeMs; count needs none"),
    keyType: valueType.optional().describe("The field's type; by default number (uniq: string)"),
    alias: z.string().min(1).max(100).optional().describe("The name of the result's column"),
  })
  .refine(({ operator, key }) => operator === "count" || key !== undefined, {
    error: "every operator except count needs a key",
    path: ["key"],
  });

const parametersSchema = z.object({
  datasets: datasetsSchema,
  filters: filtersSchema,
  filterCombination: z.enum(["and", "or"]).default("and").describe("How to combine the filters"),
  needle: needleSchema.describe(
    'A text to find anywhere in an event, such as "timed out", or {"value": …, "isRegex": true, "matchCase": true}',
  ),
  calculations: z
    .array(calculationSchema)
    .min(1)
    .max(10)
    .default([{ operator: "count" }])
    .describe(
      'For the view calculations, such as [{"operator": "count"}, {"operator": "p99", "key": "$workers.wallTimeMs"}]',
    ),
  groupBys: z
    .array(
      z.object({
        value: keySchema.describe("The field to group by, such as $metadata.service"),
        type: valueType.default("string"),
      }),
    )
    .max(5)
    .default([])
    .describe("For the view calculations: one result per value of these fields"),
  orderBy: z
    .object({
      value: z.string().max(100).describe("The alias of a calculation"),
      order: z.enum(["asc", "desc"]).default("desc"),
    })
    .optional()
    .describe("For groups. By default the first calculation, largest first"),
  limit: z.int().min(1).max(2_000).default(10).describe("How many groups"),
});

export const queryArguments = z.object({
  accountId: accountArgument,
  view: z
    .enum(["events", "calculations", "invocations"])
    .default("events")
    .describe(
      "events: single logs and errors, newest first. calculations: numbers, such as errors by Worker. invocations: requests, each with its outcome",
    ),
  timeframe: timeframeSchema.default("last 1 hour"),
  parameters: parametersSchema.prefault({}),
  fields: z
    .array(keySchema)
    .min(1)
    .max(50)
    .optional()
    .describe("The columns to show of events and invocations; by default the usual ones"),
  limit: z
    .int()
    .min(1)
    .max(2_000)
    .default(20)
    .describe("How many events or invocations; a page ends earlier when it is long"),
  offset: z
    .string()
    .max(200)
    .optional()
    .describe("Where the next page begins, from the previous page"),
  series: z
    .boolean()
    .default(false)
    .describe("For the view calculations: also how it went over time"),
  granularity: z
    .int()
    .min(1)
    .max(1_000)
    .optional()
    .describe("How many points a series has; by default it fits the timeframe"),
  queryId: z
    .string()
    .min(1)
    .max(100)
    .default("workers-logs")
    .describe("The id of a saved query; leave it out otherwise"),
  dry: z.boolean().default(true).describe("Whether the query stays out of the account's history"),
});
export type QueryArguments = z.output<typeof queryArguments>;

/** The query as the API expects it. */
export function queryOnWire(query: QueryArguments, timeframe: Timeframe): Record<string, unknown> {
  const { view, queryId, limit, offset, dry, granularity, series, parameters } = query;
  return {
    queryId,
    view,
    timeframe,
    limit,
    dry,
    ...(offset !== undefined && { offset, offsetDirection: "next" }),
    ...(granularity !== undefined && { granularity }),
    ...(view === "calculations" && { ignoreSeries: !series }),
    parameters: {
      datasets: parameters.datasets,
      filters: parameters.filters.map(filterOnWire),
      filterCombination: parameters.filterCombination,
      ...(parameters.needle !== undefined && { needle: needleOnWire(parameters.needle) }),
      ...(view === "calculations" && calculationsOnWire(parameters)),
    },
  };
}

/** Each calculation gets a name, because groups are ordered by it. */
function calculationsOnWire(parameters: QueryArguments["parameters"]) {
  const { groupBys, orderBy, limit, calculations } = parameters;
  const named = calculations.map(({ operator, key, keyType, alias }) => ({
    operator,
    alias: alias ?? (key === undefined ? operator : `${operator}(${key})`),
    ...(key !== undefined && {
      key,
      keyType: keyType ?? (operator === "uniq" ? "string" : "number"),
    }),
  }));
  const [first] = named;
  const order = orderBy ?? (first && { value: first.alias, order: "desc" });
  return {
    calculations: named,
    ...(groupBys.length > 0 && { groupBys, limit, orderBy: order }),
  };
}
