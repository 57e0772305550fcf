import * as z from "zod";
import { type Fields, InvalidQuery, type Scalar, valueTypeSchema } from "./conditions.ts";

export const calculationSchema = z.strictObject({
  operator: z.string(),
  key: z.string().optional(),
  keyType: valueTypeSchema.optional(),
  alias: z.string().optional(),
});
export const groupBySchema = z.strictObject({ type: valueTypeSchema, value: z.string() });
export const orderBySchema = z.strictObject({
  value: z.string(),
  order: z.enum(["asc", "desc"]).optional(),
});

type Calculation = z.infer<typeof calculationSchema>;
type Timed = { timestamp: number; fields: Fields };
type Aggregate = {
  groups?: { key: string; value: Scalar }[];
  value: number;
  count: number;
  interval: number;
  sampleInterval: number;
};

/** What the API calculates over some events: one entry per calculation, in groups, and over time. */
export function calculations(
  events: readonly Timed[],
  query: {
    calculations: readonly Calculation[];
    groupBys: readonly z.infer<typeof groupBySchema>[];
    orderBy?: z.infer<typeof orderBySchema> | undefined;
    limit: number;
    timeframe: { from: number; to: number };
    /** How many points in time. */
    granularity: number;
    ignoreSeries: boolean;
  },
) {
  const { timeframe, granularity, groupBys } = query;
  const intervalMs = Math.max(1, Math.ceil((timeframe.to - timeframe.from) / granularity));
  const sortedBy = query.calculations.findIndex(({ alias }) => alias === query.orderBy?.value);
  if (query.orderBy !== undefined && sortedBy === -1) {
    throw new InvalidQuery("orderBy must be the alias of a calculation");
  }
  const groups = groupsOf(events, groupBys);
  const sorted = query.calculations[Math.max(sortedBy, 0)];
  const sign = query.orderBy?.order === "asc" ? 1 : -1;
  const shown = [...groups.values()]
    .map((group) => ({ ...group, rank: sorted ? calculate(sorted, group.events) : 0 }))
    .sort((a, b) => sign * (a.rank - b.rank))
    .slice(0, groupBys.length > 0 ? query.limit : undefined);

  const aggregate = (calculation: Calculation, group: Group, seconds: number): Aggregate => ({
    ...(group.by.length > 0 && { groups: group.by }),
    value: calculate(calculation, group.events),
    count: group.events.length,
    interval: seconds,
    sampleInterval: 1,
  });
  return query.calculations.map((calculation) => ({
    calculation: calculation.operator.toUpperCase(),
    ...(calculation.alias !== undefined && { alias: calculation.alias }),
    aggregates: shown.map((group) => aggregate(calculation, group, 0)),
    series: query.ignoreSeries
      ? []
      : times(timeframe, intervalMs).map((start) => ({
          time: new Date(start).toISOString(),
          data: shown
            .map((group) => ({
              by: group.by,
              events: group.events.filter(
                ({ timestamp }) => timestamp >= start && timestamp < start + intervalMs,
              ),
            }))
            .filter((group) => group.events.length > 0)
            .map((group) => aggregate(calculation, group, intervalMs / 1_000)),
        })),
  }));
}

type Group = { by: { key: string; value: Scalar }[]; events: Timed[] };

function groupsOf(
  events: readonly Timed[],
  groupBys: readonly z.infer<typeof groupBySchema>[],
): Map<string, Group> {
  const groups = new Map<string, Group>();
  if (groupBys.length === 0) return groups.set("", { by: [], events: [...events] });
  for (const event of events) {
    const by = groupBys.flatMap(({ value: key }) => {
      const value = event.fields.get(key);
      return value === undefined ? [] : [{ key, value }];
    });
    if (by.length < groupBys.length) continue;
    const id = JSON.stringify(by);
    const group = groups.get(id) ?? { by, events: [] };
    group.events.push(event);
    groups.set(id, group);
  }
  return groups;
}

function times({ from, to }: { from: number; to: number }, intervalMs: number): number[] {
  const count = Math.ceil((to - from) / intervalMs);
  return Array.from({ length: count }, (_, index) => from + index * intervalMs);
}

/** @throws InvalidQuery for an operator that does not exist. */
function calculate({ operator, key }: Calculation, events: readonly Timed[]): number {
  if (operator === "count") return events.length;
  if (key === undefined) throw new InvalidQuery(`${operator} needs a key`);
  const values = events.flatMap(({ fields }) => fields.get(key) ?? []);
  if (operator === "uniq") return new Set(values).size;
  const numbers = values
    .map(Number)
    .filter((value) => !Number.isNaN(value))
    .sort((a, b) => a - b);
  if (numbers.length === 0) return 0;
  const sum = numbers.reduce((total, value) => total + value, 0);
  const mean = sum / numbers.length;
  const variance = () =>
    numbers.reduce((total, value) => total + (value - mean) ** 2, 0) / numbers.length;
  switch (operator) {
    case "sum":
      return sum;
    case "avg":
      return mean;
    case "min":
      return numbers[0] ?? 0;
    case "max":
      return numbers.at(-1) ?? 0;
    case "median":
      return quantile(numbers, 0.5);
    case "variance":
      return variance();
    case "stddev":
      return Math.sqrt(variance());
    default: {
      // p001 is 0.1 percent, p99 is 99 percent, p999 is 99.9 percent.
      const [, digits] = /^p(001|01|05|10|25|75|90|95|99|999)$/.exec(operator) ?? [];
      if (digits === undefined) throw new InvalidQuery(`There is no operator ${operator}`);
      return quantile(numbers, Number(`0.${digits}`));
    }
  }
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
