import * as z from "zod";

const operations = {
  add: (a: number, b: number) => a + b,
  subtract: (a: number, b: number) => a - b,
  multiply: (a: number, b: number) => a * b,
  divide: (a: number, b: number) => a / b,
};

const inputSchema = z.object({
  operation: z
    .enum(["add", "subtract", "multiply", "divide"])
    .describe("What to do with a and b: a + b, a - b, a * b or a / b"),
  a: z.number(),
  b: z.number(),
});

/** The peers' calculator: to a client the same tool as Gatehouse's, registered as their SDKs show. */
export const calculator = {
  name: "calculator",
  config: {
    title: "Calculator",
    description: "Adds, subtracts, multiplies or divides two numbers.",
    inputSchema,
    outputSchema: z.object({ result: z.number() }),
    annotations: {
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
  },
  async run({ operation, a, b }: z.output<typeof inputSchema>) {
    const output = { result: operations[operation](a, b) };
    return {
      content: [{ type: "text" as const, text: JSON.stringify(output) }],
      structuredContent: output,
    };
  },
};
