import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { connect, register } from "./as-client.ts";
import { signedIn } from "./as-person.ts";
import { stored } from "./audited.ts";
import { gatehouseOf } from "./gatehouse.ts";
import { Session } from "./mcp-client.ts";
import { TEST_ORIGIN } from "./origin.ts";
import { configOf } from "./server.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** A statement that takes any values and never ends. */
const stalled = { bind: () => stalled, all: () => new Promise(() => {}) };

/** Connects a client of this name for Alice, which divides by these numbers. */
async function connectAndDivideBy(client_name: string, divisors: readonly number[]) {
  const clientId = await register({ client_name });
  const { access_token, refresh_token } = await connect({ person: "alice", clientId });
  const session = await Session.open(access_token);
  for (const b of divisors) await session.call("calculator", { operation: "divide", a: 1, b });
  await stored("tool_call", (event) => event.clientId === clientId, divisors.length);
  return `/connections/${refresh_token.split(":")[1]}`;
}

it("a person sees what each app did lately, the last first, and how it went", async () => {
  const path = await connectAndDivideBy("Divider", [2, 0]);
  const idle = await connectAndDivideBy("Idle", []);
  const alice = await signedIn("alice");
  const { text } = (await alice.open(path)).page;
  expect(text).toContain(
    "What it did lately Calculator , less than a minute ago (failed) Calculator , less than a minute ago End it",
  );
  expect((await alice.open(idle)).page.text).toContain("It did nothing that was recorded.");
  const list = (await alice.open("/connections")).page.text;
  expect(list).toContain(
    "Calculator , less than a minute ago (failed) Calculator , less than a minute ago It may",
  );
  expect(list.match(/Calculator ,/g)).toHaveLength(2);
  const ofBob = (await (await signedIn("bob")).open("/connections")).page.text;
  expect(ofBob).not.toContain("Calculator ,");
});

it("a person can see all that an app did, however much, and nobody else can", async () => {
  const path = await connectAndDivideBy("Busy", Array(25).fill(2));
  const alice = await signedIn("alice");
  const calls = (text: string) => text.match(/Calculator ,/g)?.length;
  expect(calls((await alice.open(path)).page.text)).toBe(20);
  const all = await alice.open(`${path}/activity`);
  expect(all.page.heading).toBe("What “ Busy ” did");
  expect(calls(all.page.text)).toBe(25);
  expect((await (await signedIn("bob")).open(`${path}/activity`)).status).toBe(404);
});

it.each<[string, () => unknown, string]>([
  [
    "fails",
    () => {
      throw new Error("D1 is down");
    },
    "D1 is down",
  ],
  ["does not answer", () => () => stalled, "No answer in 2000 ms"],
])(
  "a person can end a connection though the audit %s",
  async (_how, get, error) => {
    const path = await connectAndDivideBy("Still to end", [2]);
    const logged = vi.spyOn(console, "error").mockReturnValue();
    let current: Env = env;
    const gatehouse = gatehouseOf(configOf(env));
    const alice = await signedIn("alice", async (input, init) => {
      const request = new Request(input, init);
      return new URL(request.url).origin === TEST_ORIGIN
        ? gatehouse(request, current, createExecutionContext())
        : fetch(request);
    });
    current = { ...env, DB: new Proxy(env.DB, { get }) };
    const shown = await alice.open(path);
    expect(shown.page.text).toContain("What your apps did lately cannot be shown right now.");
    expect(logged).toHaveBeenCalledWith({
      event: "recent_calls_unavailable",
      error: `Error: ${error}`,
    });
    const after = await alice.submit(shown, `${path}/end`);
    expect(after.page.text).toContain("“ Still to end ” is no longer connected.");
  },
  15_000,
);
