import * as z from "zod";
import { defineTool, ToolError } from "../../engine/tools/define-tool";

const operations = {
  add: { scope: "op:add", apply: (a: number, b: number) => a + b },
  subtract: { scope: "op:sub", apply: (a: number, b: number) => a - b },
  multiply: { scope: "op:mult", apply: (a: number, b: number) => a * b },
  divide: { scope: "op:div", apply: (a: number, b: number) => a / b },
} as const;

export const calculator = defineTool({
  name: "calculator",
  title: "Calculator",
  description: "Adds, subtracts, multiplies or divides two numbers.",
  scopes: {
    among: ["op:add", "op:sub", "op:mult", "op:div"],
    needed: ({ operation }) => [operations[operation].scope],
  },
  input: z.object({
    operation: z
      .enum(["add", "subtract", "multiply", "divide"])
      .describe("What to do with a and b: a + b, a - b, a * b or a / b"),
    a: z.number(),
    b: z.number(),
  }),
  output: z.object({ result: z.number() }),
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  auditArguments: ["operation"],
  run({ operation, a, b }) {
    if (operation === "divide" && b === 0) {
      throw new ToolError("Division by zero: b must not be 0.");
    }
    const result = operations[operation].apply(a, b);
    // JSON has no Infinity (RFC 8259, section 6): it would reach the client as null.
    if (!Number.isFinite(result))
      throw new ToolError("The result is too large for a 64-bit number.");
    return { result };
  },
});
