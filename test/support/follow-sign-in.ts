/**
 * Signs in at the address given and tells the client, as a browser would. Who and how is set by
 * GATEHOUSE_TEST_USER, GATEHOUSE_TEST_DECISION and GATEHOUSE_TEST_SCOPES (separated by spaces);
 * GATEHOUSE_TEST_LOG names a file to write down what happened.
 */
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { signIn } from "../../dev/browser/headless-browser.ts";

const settingsSchema = z.object({
  GATEHOUSE_TEST_USER: z.enum(["alice", "bob"]).default("alice"),
  GATEHOUSE_TEST_DECISION: z.enum(["approve", "deny", "cancel-at-provider"]).default("approve"),
  GATEHOUSE_TEST_SCOPES: z
    .string()
    .transform((scopes) => scopes.split(" ").filter((scope) => scope !== ""))
    .optional(),
});

/** On a step-up, mcp-remote opens the browser before it listens for the answer. */
const LISTENING_WITHIN_MS = 15_000;
const RETRY_MS = 200;

try {
  const settings = settingsSchema.parse(process.env);
  const scopes = settings.GATEHOUSE_TEST_SCOPES;
  const callback = await signIn(z.url().parse(process.argv[2]), {
    person: settings.GATEHOUSE_TEST_USER,
    decision: settings.GATEHOUSE_TEST_DECISION,
    ...(scopes !== undefined && { scopes }),
  });
  const answer = callback.searchParams.get("error") ?? "a code";
  const place = `${callback.protocol}//${callback.host}${callback.pathname}`;
  log(`signed in as ${settings.GATEHOUSE_TEST_USER}: ${answer} for ${place}`);
  const status = await visitOnceListening(callback);
  log(`the client answered ${status}`);
} catch (error) {
  log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
}

async function visitOnceListening(callback: URL): Promise<number> {
  const deadline = Date.now() + LISTENING_WITHIN_MS;
  for (;;) {
    try {
      const response = await fetch(callback, { signal: AbortSignal.timeout(LISTENING_WITHIN_MS) });
      return response.status;
    } catch (error) {
      if (!isConnectionRefused(error) || Date.now() > deadline) throw error;
    }
    await sleep(RETRY_MS);
  }
}

function isConnectionRefused(error: unknown): boolean {
  const cause = z.object({ cause: z.object({ code: z.literal("ECONNREFUSED") }) });
  return cause.safeParse(error).success;
}

function log(line: string): void {
  const file = process.env.GATEHOUSE_TEST_LOG;
  if (file) appendFileSync(file, `${new Date().toISOString()} ${line}\n`);
}
