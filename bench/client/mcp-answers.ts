import * as z from "zod";
import type { Answer } from "./http-client.ts";

/** A server gave a wrong answer. The benchmark then measures nothing. */
export class WrongAnswer extends Error {
  override readonly name = "WrongAnswer";

  constructor(expected: string, { status, body }: Answer) {
    super(`Expected ${expected}, but ${status} came: ${body.slice(0, 1_000) || "(nothing)"}`);
  }
}

const callSchema = z.object({
  result: z.object({
    content: z.tuple([z.object({ type: z.literal("text"), text: z.string() })]),
    structuredContent: z.object({ result: z.number() }),
    isError: z.literal(false).optional(),
  }),
});
const listSchema = z.object({
  result: z.object({ tools: z.tuple([z.object({ name: z.literal("calculator") })]) }),
});
const initializeSchema = z.object({ result: z.object({ protocolVersion: z.string() }) });

/** @throws WrongAnswer unless it is a plain answer of this text. */
export function expectText(answer: Answer, expected: string): void {
  if (answer.status !== 200 || answer.body !== expected) {
    throw new WrongAnswer(`200 with "${expected}"`, answer);
  }
}

/** @throws WrongAnswer unless it is the calculator's result, structured and as text. */
export function expectResult(answer: Answer, expected: number): void {
  const { content, structuredContent } = parsed(callSchema, answer).result;
  if (structuredContent.result !== expected || content[0].text !== `{"result":${expected}}`) {
    throw new WrongAnswer(`the result ${expected}`, answer);
  }
}

/** @throws WrongAnswer unless it is a list of the calculator and no other tool. */
export function expectTools(answer: Answer): void {
  parsed(listSchema, answer);
}

/**
 * @returns the id of the session that was begun.
 * @throws WrongAnswer unless a session was begun, of this version of the protocol.
 */
export function expectSession(answer: Answer, version: string): string {
  const { protocolVersion } = parsed(initializeSchema, answer).result;
  const id = answer.header("mcp-session-id");
  if (id === undefined || protocolVersion !== version) {
    throw new WrongAnswer(`a session of MCP ${version}`, answer);
  }
  return id;
}

/** @throws WrongAnswer unless the answer has one of these statuses. */
export function expectStatus(answer: Answer, ...statuses: number[]): void {
  if (!statuses.includes(answer.status)) throw new WrongAnswer(statuses.join(" or "), answer);
}

/** The message of an answer, which is the body or the last event of a stream. */
function parsed<Schema extends z.ZodType>(schema: Schema, answer: Answer): z.output<Schema> {
  const isStream = answer.header("content-type") === "text/event-stream";
  const data = isStream
    ? answer.body.split("\n").findLast(isData)?.slice(DATA.length)
    : answer.body;
  try {
    if (answer.status === 200) return schema.parse(JSON.parse(data ?? ""));
  } catch {
    // Not JSON, or not what was expected: what came is said below.
  }
  throw new WrongAnswer("200 with the right JSON-RPC result", answer);
}

const DATA = "data: ";

/** The event that begins a stream has no data (MCP 2025-11-25, transports). */
function isData(line: string): boolean {
  return line.startsWith(DATA) && line.length > DATA.length;
}
