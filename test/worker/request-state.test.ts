import { afterEach, expect, it, vi } from "vitest";
import * as z from "zod";
import { connect, request } from "./as-client.ts";
import { statelessCall } from "./mcp-client.ts";

afterEach(() => {
  vi.useRealTimers();
});

const questionSchema = z.object({
  result: z.object({
    resultType: z.literal("input_required"),
    inputRequests: z.record(z.string(), z.unknown()),
    requestState: z.string(),
  }),
});

/** Calls a tool as a client of 2026-07-28 does, each request for itself. */
async function call(token: string, name: string, more: Record<string, unknown> = {}) {
  const response = await request("/mcp", statelessCall(token, { name, arguments: {}, ...more }));
  return response.json<Record<string, unknown>>();
}

/** What a client sends once the person has agreed. */
function agreed(requestState: string) {
  const answer = { action: "accept", content: { confirm: true } };
  return { requestState, inputResponses: { "question-1": answer } };
}

async function question(token: string): Promise<string> {
  return questionSchema.parse(await call(token, "clear_notes")).result.requestState;
}

const refusal = { error: { code: -32_602 } };

it("a question and its answer make one call", async () => {
  const { access_token } = await connect();
  const state = await question(access_token);
  expect(await call(access_token, "clear_notes", agreed(state))).toMatchObject({
    result: { structuredContent: { deleted: 0 } },
  });
});

it("an answer without the state of its question is no answer", async () => {
  const { access_token } = await connect();
  const { inputResponses } = agreed("");
  questionSchema.parse(await call(access_token, "clear_notes", { inputResponses }));
});

it("state that was changed is refused", async () => {
  const { access_token } = await connect();
  const state = await question(access_token);
  // Not the last character: some of its bits are nobody's, and changing those changes nothing.
  const changed = state.replace(/.(?=.{8}$)/, (found) => (found === "A" ? "B" : "A"));
  expect(await call(access_token, "clear_notes", agreed(changed))).toMatchObject(refusal);
  expect(await call(access_token, "clear_notes", agreed("made up"))).toMatchObject(refusal);
});

it("state of another person, or of another client of the same person, is refused", async () => {
  const state = await question((await connect({ person: "alice" })).access_token);
  for (const person of ["alice", "bob"] as const) {
    const { access_token } = await connect({ person });
    expect(await call(access_token, "clear_notes", agreed(state))).toMatchObject(refusal);
  }
});

it("state of another call does not answer this one", async () => {
  const { access_token } = await connect();
  const state = await question(access_token);
  const other = await call(access_token, "clear_notes", {
    ...agreed(state),
    arguments: { reason: "another" },
  });
  questionSchema.parse(other);
});

it("state ends after ten minutes", async () => {
  const { access_token } = await connect();
  const state = await question(access_token);
  vi.useFakeTimers({ now: Date.now() + 11 * 60 * 1_000, toFake: ["Date"] });
  expect(await call(access_token, "clear_notes", agreed(state))).toMatchObject(refusal);
});
