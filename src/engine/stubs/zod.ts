import { leftOut } from "./left-out";

// In place of zod where agents imports it, only for its MCP client to give other servers' tools schemas. That
// import would keep every kind of schema that zod has.

export function fromJSONSchema(): never {
  leftOut("The conversion of JSON Schema to zod");
}
