import * as z from "zod";
import { aggregateTable, calculationsSchema, isSampled, seriesTable } from "./calculations";
import { EVENT_FIELDS, eventSchema, eventsPage } from "./events";
import { INVOCATION_FIELDS, invocationsPage } from "./invocations";
import type { QueryArguments } from "./query-arguments";
import { filled } from "./table";

/** The API's answer to a query; which parts it has depends on the view. */
export const queryResultSchema = z.object({
  calculations: calculationsSchema.default([]),
  events: z
    .object({
      events: z.array(eventSchema).default([]),
      count: z.number().optional().catch(undefined),
    })
    .default({ events: [] }),
  invocations: z.record(z.string(), z.array(eventSchema)).default({}),
});
type QueryResult = z.output<typeof queryResultSchema>;

const rowSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/** A query's result as a table. */
export const queryTableSchema = z.object({
  columns: z.array(z.string()),
  rows: z
    .array(rowSchema)
    .describe("Events, invocations or groups, by column; fields without a value are absent"),
  series: z
    .object({ columns: z.array(z.string()), rows: z.array(rowSchema) })
    .optional()
    .describe("The same over time"),
  matched: z.number().optional().describe("How many events match, shown or not"),
  nextOffset: z.string().optional().describe("The offset of the next page"),
  more: z.string().optional().describe("What is not shown, and how to get it"),
});
type QueryTable = z.input<typeof queryTableSchema>;

export function queryTable(query: QueryArguments, result: QueryResult): QueryTable {
  switch (query.view) {
    case "events": {
      const fields = query.fields ?? EVENT_FIELDS;
      const { events, count: matched } = result.events;
      const page = eventsPage(events, fields, query.limit);
      return { ...page, columns: filled(fields, page.rows), matched };
    }
    case "invocations": {
      const fields = query.fields ?? INVOCATION_FIELDS;
      const page = invocationsPage(result.invocations, fields, query.limit);
      return { ...page, columns: filled(fields, page.rows) };
    }
    case "calculations":
      return calculationsTable(query, result);
  }
}

function calculationsTable(
  { series, parameters: { groupBys, limit } }: QueryArguments,
  { calculations }: QueryResult,
): QueryTable {
  const { columns, rows, isCut } = aggregateTable(calculations);
  const overTime = series ? seriesTable(calculations) : undefined;
  const more = [
    isSampled(calculations) && "The numbers are estimates: Cloudflare counted a sample.",
    isCut && "Not all groups fit: group by fewer fields, or filter.",
    groupBys.length > 0 &&
      rows.length >= limit &&
      `Only ${limit} groups were asked for, and there may be more: call again with a higher parameters.limit.`,
    overTime?.isCut && "Not all of the series fits: ask for fewer groups, or a lower granularity.",
  ].filter((line) => typeof line === "string");
  return {
    columns,
    rows,
    ...(overTime && { series: { columns: overTime.columns, rows: overTime.rows } }),
    ...(more.length > 0 && { more: more.join(" ") }),
  };
}
