import * as z from "zod";
import { defineTool } from "../../engine/tools/define-tool";

export const usageReport = defineTool({
  name: "usage_report",
  title: "Usage report",
  description: "Counts the people who keep data on this server, and the records they keep.",
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
