import { defineToolset } from "../define-toolset";
import { calculator as calculatorTool } from "./calculator";

/** The smallest useful toolset: one tool, and a scope for each of its operations. */
export const calculator = defineToolset({
  name: "calculator",
  scopes: [
    { name: "op:add", description: "add numbers", baseline: true },
    { name: "op:sub", description: "subtract numbers", baseline: true },
    { name: "op:mult", description: "multiply numbers", baseline: true },
    { name: "op:div", description: "divide numbers", baseline: true },
    {
      name: "op:*",
      description: "do all of the arithmetic above",
      baseline: false,
      implies: ["op:add", "op:sub", "op:mult", "op:div"],
    },
  ],
  tools: [calculatorTool],
});
