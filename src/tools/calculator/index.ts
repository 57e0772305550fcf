import { defineToolset } from "../../engine/tools/define-toolset";
import { calculator as calculatorTool } from "./calculator";

/** The smallest useful toolset: one tool, and a scope for each of its operations. */
export const calculator = defineToolset({
  name: "calculator",
  scopes: [
    { name: "op:add", description: "Add numbers", baseline: true },
    { name: "op:sub", description: "Subtract numbers", baseline: true },
    { name: "op:mult", description: "Multiply numbers", baseline: true },
    { name: "op:div", description: "Divide numbers", baseline: true },
    {
      name: "op:*",
      description: "Do all of the arithmetic above",
      baseline: false,
      implies: ["op:add", "op:sub", "op:mult", "op:div"],
    },
  ],
  tools: [calculatorTool],
});
