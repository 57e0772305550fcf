import * as z from "zod";
import { cellOf } from "./events";
import { type Cell, filled, fitting, visible } from "./table";

const aggregateSchema = z.object({
  value: z.number().nullable().catch(null),
  sampleInterval: z.number().optional().catch(undefined),
  groups: z.array(z.object({ key: z.string(), value: z.unknown().optional() })).optional(),
});

/** What the API calculated: one entry per calculation. */
export const calculationsSchema = z.array(
  z.object({
    alias: z.string().optional(),
    calculation: z.string(),
    aggregates: z.array(aggregateSchema).default([]),
    series: z
      .array(z.object({ time: z.union([z.string(), z.number()]), data: z.array(aggregateSchema) }))
      .default([]),
  }),
);
type Calculations = z.infer<typeof calculationsSchema>;

/** The calculations side by side, one row per group. */
export function aggregateTable(calculations: Calculations) {
  const table = new Table();
  for (const { alias, calculation, aggregates } of calculations) {
    for (const aggregate of aggregates) table.set({}, alias || calculation, aggregate);
  }
  return table.page();
}

/** The same over time, one row per group and point in time. */
export function seriesTable(calculations: Calculations) {
  const table = new Table();
  for (const { alias, calculation, series } of calculations) {
    for (const { time, data } of series) {
      for (const point of data) table.set({ time: cellOf(time) }, alias || calculation, point);
    }
  }
  return table.page();
}

/** Whether the numbers are estimates, because not every event was counted. */
export function isSampled(calculations: Calculations): boolean {
  return calculations.some(({ aggregates }) =>
    aggregates.some(({ sampleInterval = 1 }) => sampleInterval > 1),
  );
}

/** Rows by group, so that several calculations fill one row. */
class Table {
  readonly #rows = new Map<string, Record<string, Cell>>();
  readonly #keys = new Set<string>();
  readonly #values = new Set<string>();

  set(
    place: Record<string, Cell>,
    name: string,
    { value, groups = [] }: z.infer<typeof aggregateSchema>,
  ): void {
    const group = { ...place };
    for (const { key, value: of } of groups) group[visible(key)] = cellOf(of);
    for (const key of Object.keys(group)) this.#keys.add(key);
    this.#values.add(visible(name));
    const id = JSON.stringify(Object.entries(group));
    const row = this.#rows.get(id) ?? group;
    row[visible(name)] = value;
    this.#rows.set(id, row);
  }

  page(): { columns: string[]; rows: Record<string, Cell>[]; isCut: boolean } {
    const all = [...this.#rows.values()];
    const columns = [...new Set([...this.#keys, ...this.#values])];
    const rows = fitting(columns, all);
    return { columns: filled(columns, rows), rows, isCut: rows.length < all.length };
  }
}
