import { inject } from "vitest";

/**
 * Where this worker of Vitest has a Gatehouse of its own. Its files run one after another: what people connect in one
 * is in no other's way.
 */
export function origin(): string {
  const own = inject("origins")[Number(process.env.VITEST_POOL_ID) - 1];
  if (own === undefined) throw new Error("test/browser/gatehouses.setup.ts has started too few");
  return own;
}
