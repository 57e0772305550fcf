import { leftOut } from "./left-out";

// In place of zod where agents imports it, which is for this only: its MCP client gives the tools of other
// servers schemas. It would keep every kind of schema that zod has.

export function fromJSONSchema(): never {
  leftOut("The conversion of JSON Schema to zod");
}
