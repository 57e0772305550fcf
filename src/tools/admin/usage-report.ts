import * as z from "zod";
import { defineTool } from "../../engine/tools/define-tool";

export const usageReport = defineTool({
  name: "usage_report",
  title: "Usage report",
  description:
    "Tells how many people keep something on this server, and how many records there are.",
  scopes: ["usage:read"],
  visibleTo: (caller) => caller.isAdmin,
  input: z.object({}),
  output: z.object({ people: z.int(), records: z.int() }),
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  run: (_args, { usage }) => usage.countAll(),
});
