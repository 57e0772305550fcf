import { describe, expect, it } from "vitest";
import type { Answer } from "../../bench/client/http-client.ts";
import {
  expectResult,
  expectSession,
  expectText,
  expectTools,
  WrongAnswer,
} from "../../bench/client/mcp-answers.ts";

function answer(message: unknown, change: Partial<Answer> & { type?: string } = {}): Answer {
  const { type = "application/json", ...rest } = change;
  return {
    status: 200,
    header: (name) => (name === "content-type" ? type : undefined),
    body: typeof message === "string" ? message : JSON.stringify(message),
    ...rest,
  };
}

const sum = (result: number, text = `{"result":${result}}`) => ({
  jsonrpc: "2.0",
  id: 1,
  result: { content: [{ type: "text", text }], structuredContent: { result } },
});

describe("a tool's result", () => {
  it("is taken from JSON and from a stream, whose first event may be empty", () => {
    expectResult(answer(sum(3)), 3);
    const stream = `id: 0\nretry: 1000\ndata: \n\nid: 1\nevent: message\ndata: ${JSON.stringify(sum(3))}\n\n`;
    expectResult(answer(stream, { type: "text/event-stream" }), 3);
  });

  it.each([
    ["another number", answer(sum(4))],
    ["the right text with another structure", answer(sum(4, '{"result":3}'))],
    ["the right structure with another text", answer(sum(3, '{"result":4}'))],
    ["an error of the tool", answer({ result: { ...sum(3).result, isError: true } })],
    ["an error of the protocol", answer({ error: { code: -32_602, message: "Unknown tool" } })],
    ["too many requests", answer(sum(3), { status: 429 })],
    ["an empty stream", answer("data: \n\n", { type: "text/event-stream" })],
    ["no JSON", answer("<!doctype html>")],
    ["nothing", answer("")],
  ])("is not %s", (_, wrong) => {
    expect(() => expectResult(wrong, 3)).toThrow(WrongAnswer);
  });

  it("that is wrong is quoted, with the status it came with", () => {
    expect(() => expectResult(answer("Too many tool calls", { status: 429 }), 3)).toThrow(
      "429 came: Too many tool calls",
    );
  });
});

it("a list of tools has the calculator and nothing else", () => {
  const list = (...names: string[]) =>
    answer({ result: { tools: names.map((name) => ({ name })) } });
  expectTools(list("calculator"));
  expect(() => expectTools(list())).toThrow(WrongAnswer);
  expect(() => expectTools(list("calculator", "whoami"))).toThrow(WrongAnswer);
});

it("a session has an id and the version that was asked for", () => {
  const begun = { result: { protocolVersion: "2025-11-25" } };
  const header = (name: string) => (name === "mcp-session-id" ? "the-id" : undefined);
  expect(expectSession(answer(begun, { header }), "2025-11-25")).toBe("the-id");
  expect(() => expectSession(answer(begun), "2025-11-25")).toThrow(WrongAnswer);
  expect(() => expectSession(answer(begun, { header }), "2026-07-28")).toThrow(WrongAnswer);
});

it("a floor answers with its word", () => {
  expectText(answer("hello"), "hello");
  expect(() => expectText(answer("hello", { status: 500 }), "hello")).toThrow(WrongAnswer);
  expect(() => expectText(answer(""), "hello")).toThrow(WrongAnswer);
});
