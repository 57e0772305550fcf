import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { expect, inject, it, onTestFinished } from "vitest";
import {
  FAILING_TOOL,
  PROGRESS_TOOL,
  plainTools,
  resources,
  suggestions,
  TEMPLATE,
} from "./fixtures/content.ts";
import { prompts } from "./fixtures/prompts.ts";

/**
 * Some scenarios are content with less than they describe: with any text, with an error even. So that
 * green means right, the values are compared here, as a client of the official SDK gets them.
 */
const eras = [
  { era: "2025-11-25", mode: "legacy" },
  { era: "2026-07-28", mode: { pin: "2026-07-28" } },
] as const;
type Mode = (typeof eras)[number]["mode"];

async function open(mode: Mode): Promise<Client> {
  const client = new Client(
    { name: "fixtures-test", version: "1" },
    { versionNegotiation: { mode }, capabilities: { elicitation: { form: {} }, sampling: {} } },
  );
  client.setRequestHandler("elicitation/create", () => ({
    action: "accept",
    content: { name: "Alice", username: "alice", email: "alice@example.com" },
  }));
  client.setRequestHandler("sampling/createMessage", () => ({
    role: "assistant",
    content: { type: "text", text: "Paris" },
    model: "a-model",
  }));
  const url = new URL(`${inject("conformanceProxy")}/mcp`);
  await client.connect(new StreamableHTTPClientTransport(url));
  onTestFinished(() => client.close());
  return client;
}

it.each(eras)("the fixtures of $era answer what they should", async ({ mode }) => {
  const client = await open(mode);
  for (const { name, content } of plainTools) {
    const result = await client.callTool({ name });
    expect(result).toMatchObject({ content });
    expect(result.isError).toBeFalsy();
  }
  expect(await client.callTool({ name: FAILING_TOOL.name })).toMatchObject({
    isError: true,
    content: [{ type: "text", text: FAILING_TOOL.message }],
  });

  for (const { contents } of resources) {
    const read = await client.readResource({ uri: contents.uri });
    expect(read.contents).toEqual([contents]);
  }
  const uri = TEMPLATE.uriTemplate.replace("{id}", "123");
  expect((await client.readResource({ uri })).contents).toEqual([TEMPLATE.contents(uri, "123")]);
  await expect(client.readResource({ uri: "test://nothing" })).rejects.toThrow();

  for (const { name, args, messages } of prompts) {
    const values = Object.fromEntries(Object.keys(args).map((arg) => [arg, `test://${arg}`]));
    const prompt = await client.getPrompt({ name, arguments: values });
    expect(prompt.messages).toEqual(messages(values));
  }
  const { completion } = await client.complete({
    ref: { type: "ref/prompt", name: "test_prompt_with_arguments" },
    argument: { name: "arg1", value: "test" },
  });
  expect(completion.values).toEqual(suggestions("test"));
});

it.each(eras)("progress arrives in order in $era", async ({ mode }) => {
  const client = await open(mode);
  const seen: number[] = [];
  const result = await client.callTool(
    { name: PROGRESS_TOOL.name },
    { onprogress: ({ progress }) => seen.push(progress) },
  );
  expect(seen).toEqual(PROGRESS_TOOL.steps);
  expect(result).toMatchObject({ content: PROGRESS_TOOL.content });
});

it.each([
  { tool: "test_elicitation", args: { message: "Who?" }, mode: "legacy", says: '"alice"' },
  { tool: "test_sampling", args: { prompt: "Where?" }, mode: "legacy", says: "Paris" },
  ...["elicitation", "sampling"].map((kind) => ({
    tool: `test_input_required_result_${kind}`,
    args: {},
    mode: { pin: "2026-07-28" } as const,
    says: kind === "sampling" ? "Paris" : "Hello, Alice!",
  })),
] as const)("$tool gets the client's answer", async ({ tool, args, mode, says }) => {
  const client = await open(mode);
  const { content } = await client.callTool({ name: tool, arguments: args });
  expect(content).toEqual([{ type: "text", text: expect.stringContaining(says) }]);
});
