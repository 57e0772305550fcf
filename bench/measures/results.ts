import type { Plan } from "../plan.ts";
import type { CostRow } from "./costs.ts";
import type { OperationCounts } from "./counts.ts";
import type { Machine } from "./machine.ts";
import type { MemoryGrowth } from "./memory.ts";
import type { priceList } from "./prices.ts";
import type { Timing } from "./rounds.ts";
import type { StartUp } from "./startup.ts";

/** All that one run has found: what `--json` writes, and reports are made of. */
export type Results = {
  readonly machine: Machine;
  readonly plan: Plan;
  readonly timings: readonly Timing[];
  readonly counts: readonly OperationCounts[];
  readonly priceList: typeof priceList;
  readonly costs: readonly CostRow[];
  readonly startUps: readonly StartUp[];
  readonly memory: readonly MemoryGrowth[];
};
