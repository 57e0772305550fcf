import { defineToolset } from "../../engine/tools/define-toolset";
import { usageReport } from "./usage-report";

/** For the people in ADMINS; for anyone else these tools do not exist. */
export const admin = defineToolset({
  name: "admin",
  scopes: [
    {
      name: "usage:read",
      description: "See how much this server is used (administrators only)",
      baseline: false,
    },
  ],
  tools: [usageReport],
});
