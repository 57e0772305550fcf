import type { countNames } from "../workers/counting/counts.ts";

/** What is paid for: what was counted, and two kinds of time. */
export type PricedItem = (typeof countNames)[number] | "cpuMs" | "objectGbSeconds";

/** How much of what; what is not named is none. */
export type Usage = { readonly [item in PricedItem]?: number };

/** The parts of a bill that reports show. */
export const costParts = ["requests", "CPU", "KV", "objects", "rows", "D1"] as const;
export type CostPart = (typeof costParts)[number];

type Price = { readonly part: CostPart; readonly dollarsPerMillion: number };

/**
 * List prices of the Workers Paid plan, in US dollars, for what goes beyond the amounts that the plan
 * includes each month. Those are not subtracted: all that an account runs shares them. Storage is left
 * out.
 */
export const priceList: {
  readonly asOf: string;
  readonly sources: readonly string[];
  readonly prices: Readonly<Record<PricedItem, Price>>;
} = {
  asOf: "2026-10-07",
  sources: [
    "https://developers.cloudflare.com/workers/platform/pricing/",
    "https://developers.cloudflare.com/kv/platform/pricing/",
    "https://developers.cloudflare.com/durable-objects/platform/pricing/",
    "https://developers.cloudflare.com/d1/platform/pricing/",
  ],
  prices: {
    workerRequests: { part: "requests", dollarsPerMillion: 0.3 },
    cpuMs: { part: "CPU", dollarsPerMillion: 0.02 },
    kvReads: { part: "KV", dollarsPerMillion: 0.5 },
    kvWrites: { part: "KV", dollarsPerMillion: 5 },
    kvDeletes: { part: "KV", dollarsPerMillion: 5 },
    kvLists: { part: "KV", dollarsPerMillion: 5 },
    objectRequests: { part: "objects", dollarsPerMillion: 0.15 },
    // Twenty messages that reach an object by a WebSocket are billed as one request.
    objectMessages: { part: "objects", dollarsPerMillion: 0.15 / 20 },
    objectGbSeconds: { part: "objects", dollarsPerMillion: 12.5 },
    objectRowsRead: { part: "rows", dollarsPerMillion: 0.001 },
    objectRowsWritten: { part: "rows", dollarsPerMillion: 1 },
    d1Statements: { part: "D1", dollarsPerMillion: 0 },
    d1RowsRead: { part: "D1", dollarsPerMillion: 0.001 },
    d1RowsWritten: { part: "D1", dollarsPerMillion: 1 },
  },
};

export type Cost = {
  readonly dollars: number;
  readonly parts: Readonly<Record<CostPart, number>>;
};

/** What usage costs. */
export function costOf(usage: Usage): Cost {
  const parts = { requests: 0, CPU: 0, KV: 0, objects: 0, rows: 0, D1: 0 };
  for (const item of itemsOf(usage)) {
    const { part, dollarsPerMillion } = priceList.prices[item];
    parts[part] += ((usage[item] ?? 0) * dollarsPerMillion) / 1_000_000;
  }
  return { dollars: costParts.reduce((sum, part) => sum + parts[part], 0), parts };
}

/** The usage of several things together, each of them so many times. */
export function usageOf(shares: readonly { usage: Usage; times: number }[]): Usage {
  const sum: { [item in PricedItem]?: number } = {};
  for (const { usage, times } of shares) {
    for (const item of itemsOf(usage)) sum[item] = (sum[item] ?? 0) + (usage[item] ?? 0) * times;
  }
  return sum;
}

function itemsOf(usage: Usage): PricedItem[] {
  return Object.keys(usage).filter(isPriced);
}

function isPriced(name: string): name is PricedItem {
  return name in priceList.prices;
}
