import { leftOut } from "./left-out";

// In place of the entry of zod, for one of its exports only: `z`, the namespace as a value. esbuild
// keeps all of zod for it, with 50 languages. agents, the only one to import it, uses it in its MCP client.

export * from "zod/v4";

export const z = {
  fromJSONSchema(): never {
    leftOut("The conversion of JSON Schema to zod");
  },
};
