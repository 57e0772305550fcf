import { reset } from "cloudflare:test";
import { vi } from "vitest";

// Files share a workerd (test/support/workerd-project.ts). Each finds it as if it were the first one there:
// modules have the state that they start with, nothing is stored anywhere, and the clock shows the real time.
vi.useRealTimers();
vi.resetModules();
await reset();
