import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Plan, plans } from "./plan.ts";

export type Options = {
  readonly plan: Plan;
  /** Files to write; undefined for none. */
  readonly json: string | undefined;
  readonly svg: string | undefined;
};

/** @throws TypeError for an option that is not known. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      json: { type: "string" },
      svg: { type: "string" },
    },
  });
  return {
    plan: values.quick ? plans.quick : plans.full,
    json: values.json && resolve(values.json),
    svg: values.svg && resolve(values.svg),
  };
}
