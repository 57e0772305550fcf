import { randomUUID } from "node:crypto";
import * as z from "zod";
import { calculationSchema, calculations, groupBySchema, orderBySchema } from "./calculate.ts";
import {
  condition,
  type Fields,
  fieldsOf,
  filterSchema,
  InvalidQuery,
  needleSchema,
  type Scalar,
  search,
  valueTypeSchema,
} from "./conditions.ts";
import { eventsBetween, type LogEvent } from "./traffic.ts";
import type { Worker } from "./workers.ts";

/** The account and Workers that a query is about. */
export type Asked = { accountId: string; userId: string; workers: readonly Worker[]; seed: string };

const timeframeSchema = z.strictObject({ from: z.int().positive(), to: z.int().positive() });
const datasetsSchema = z.array(z.string()).default([]);
const filtersSchema = z.array(filterSchema).default([]);
const limitSchema = z.int().min(0).max(2_000);

const querySchema = z.strictObject({
  queryId: z.string().min(1),
  timeframe: timeframeSchema,
  view: z.enum(["events", "calculations", "invocations"]).default("calculations"),
  limit: limitSchema.default(50),
  dry: z.boolean().default(false),
  offset: z.string().optional(),
  offsetDirection: z.enum(["next", "prev"]).default("next"),
  granularity: z.number().positive().max(1_000).default(30),
  ignoreSeries: z.boolean().default(false),
  parameters: z
    .strictObject({
      datasets: datasetsSchema,
      filters: filtersSchema,
      filterCombination: z.enum(["and", "or", "AND", "OR"]).default("and"),
      needle: needleSchema.optional(),
      calculations: z.array(calculationSchema).default([]),
      groupBys: z.array(groupBySchema).default([]),
      orderBy: orderBySchema.optional(),
      limit: limitSchema.default(10),
    })
    .prefault({}),
});

const keysSchema = z.strictObject({
  timeframe: timeframeSchema.optional(),
  from: z.int().optional(),
  to: z.int().optional(),
  datasets: datasetsSchema,
  filters: filtersSchema,
  limit: limitSchema.default(100),
  needle: needleSchema.optional(),
  keyNeedle: needleSchema.optional(),
});

const valuesSchema = z.strictObject({
  timeframe: timeframeSchema,
  key: z.string(),
  type: valueTypeSchema,
  datasets: datasetsSchema,
  filters: filtersSchema,
  limit: limitSchema.default(50),
  needle: needleSchema.optional(),
});

type Found = { event: LogEvent; timestamp: number; fields: Fields };

/** POST …/telemetry/query. @throws InvalidQuery, ZodError */
export function query(asked: Asked, body: unknown) {
  const wanted = querySchema.parse(body);
  const { timeframe, view, parameters, dry, granularity } = wanted;
  const startedAtMs = performance.now();
  const found = find(asked, { timeframe, ...parameters });
  const statistics = {
    elapsed: (performance.now() - startedAtMs) / 1_000,
    rows_read: found.length,
    bytes_read: found.length * 900,
  };
  const now = new Date().toISOString();
  const { accountId, userId } = asked;
  const run = {
    ...{ id: randomUUID(), accountId, userId, dry, granularity, timeframe, status: "COMPLETED" },
    query: { id: wanted.queryId, adhoc: true, parameters, created: now, updated: now },
  };
  switch (view) {
    case "events": {
      const page = pageOf(found, ({ event }) => event.$metadata.id, wanted);
      const events = page.map(({ event }) => event);
      return { run, statistics, events: { events, count: found.length } };
    }
    case "invocations": {
      const byRequest = Map.groupBy(found, ({ event }) => event.$metadata.requestId);
      const all = [...byRequest].map(([requestId, of]) => ({ requestId, of }));
      const page = pageOf(all, ({ of }) => of.at(-1)?.event.$metadata.id ?? "", wanted);
      const entries = page.map(({ requestId, of }) => [requestId, of.map(({ event }) => event)]);
      return { run, statistics, invocations: Object.fromEntries(entries) };
    }
    case "calculations":
      return { run, statistics, calculations: calculations(found, { ...wanted, ...parameters }) };
  }
}

/** POST …/telemetry/keys. */
export function keys(asked: Asked, body: unknown) {
  const { timeframe, from, to, limit, keyNeedle, ...wanted } = keysSchema.parse(body);
  const time = timeframe ?? timeframeSchema.parse({ from, to });
  const matches = keyNeedle === undefined ? () => true : search(keyNeedle);
  const seen = new Map<string, { key: string; type: string; lastSeenAt: number }>();
  for (const { timestamp: lastSeenAt, fields } of find(asked, { ...wanted, timeframe: time })) {
    for (const [key, value] of fields) {
      if (!seen.has(key) && matches(key)) seen.set(key, { key, type: typeof value, lastSeenAt });
    }
  }
  return [...seen.values()].sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, limit);
}

/** POST …/telemetry/values. */
export function values(asked: Asked, body: unknown) {
  const { key, type, limit, needle, ...wanted } = valuesSchema.parse(body);
  const matches = needle === undefined ? () => true : search(needle);
  const seen = new Set<Scalar>();
  for (const { fields } of find(asked, wanted)) {
    const value = fields.get(key);
    if (typeof value === type && value !== undefined && matches(String(value))) seen.add(value);
  }
  const dataset = "cloudflare-workers";
  return [...seen].slice(0, limit).map((value) => ({ key, type, value, dataset }));
}

/** The matching events, newest first, and none from the future. */
function find(
  { workers, seed }: Asked,
  wanted: {
    timeframe: { from: number; to: number };
    datasets: readonly string[];
    filters: readonly z.infer<typeof filterSchema>[];
    filterCombination?: string;
    needle?: z.infer<typeof needleSchema> | undefined;
  },
): Found[] {
  const { timeframe, datasets, filters, needle } = wanted;
  if (timeframe.from >= timeframe.to) throw new InvalidQuery("timeframe.from must be before to");
  const conditions = filters.map(condition);
  const isAny = wanted.filterCombination?.toLowerCase() === "or" && conditions.length > 0;
  const matches = needle === undefined ? undefined : search(needle);
  const until = { from: timeframe.from, to: Math.min(timeframe.to, Date.now()) };
  return eventsBetween(workers, until, seed)
    .filter(({ dataset }) => datasets.length === 0 || datasets.includes(dataset))
    .map((event) => ({ event, timestamp: event.timestamp, fields: fieldsOf(event) }))
    .filter(({ event, fields }) => {
      const holds = (one: (of: Fields) => boolean) => one(fields);
      const isIn = isAny ? conditions.some(holds) : conditions.every(holds);
      return isIn && (matches === undefined || matches(JSON.stringify(event)));
    });
}

/** The items after, or before, the one that the offset names. */
function pageOf<Item>(
  items: readonly Item[],
  idOf: (item: Item) => string,
  { offset, offsetDirection, limit }: z.infer<typeof querySchema>,
): readonly Item[] {
  if (offset === undefined) return items.slice(0, limit);
  const at = items.findIndex((item) => idOf(item) === offset);
  if (at === -1) throw new InvalidQuery("There is no event with the id of the offset");
  return offsetDirection === "next"
    ? items.slice(at + 1, at + 1 + limit)
    : items.slice(Math.max(0, at - limit), at);
}
