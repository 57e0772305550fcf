// What the tests of a tool need: docs/testing.md. Nothing in the Worker imports it.

export type { ApiHandler } from "./apis";
export { type CallOptions, callTool, type TestAnswer, type TestPerson } from "./call-tool";
export { type MemoryStorage, memoryStorage } from "./memory-storage";
