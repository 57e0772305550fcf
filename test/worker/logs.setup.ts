import { env } from "cloudflare:workers";
import { afterAll, afterEach, expect } from "vitest";
import { leaksIn } from "../support/leaks.ts";
import { configOf } from "./server.ts";

/** Whatever a test of this project is about: its way through the Worker leaves no secret in the log. */

const logged: string[] = [];
for (const level of ["debug", "log", "info", "warn", "error"] as const) {
  const write = console[level].bind(console);
  console[level] = (...line: unknown[]) => {
    logged.push(JSON.stringify(line));
    write(...line);
  };
  afterAll(() => {
    console[level] = write;
  });
}

const names = ["Alice Example", "Bob Example", "Una Ruly"];
const { sessionSecret } = configOf(env);

afterEach(() => {
  const log = logged.splice(0).join("\n");
  expect(leaksIn(log, [sessionSecret, ...names])).toEqual([]);
});
