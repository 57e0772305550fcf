import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { mustBeRefused, type OAuthMemory } from "./sdk-oauth.ts";

/** How the client finds out which era of MCP to speak. */
export type Mode = "legacy" | "auto" | { pin: string };

/**
 * Connects a client of the official SDK v2 for a person, who says no to every question.
 *
 * @returns the client, the questions so far, and `finishSignIn` for a step-up: it takes the code that the browser brought.
 */
export async function connectSdkV2Client(url: string, memory: OAuthMemory, mode: Mode) {
  const questions: string[] = [];
  const newClient = () => {
    const client = new Client(
      { name: "sdk-v2-test", version: "1" },
      { versionNegotiation: { mode }, capabilities: { elicitation: { form: {} } } },
    );
    client.setRequestHandler("elicitation/create", ({ params }) => {
      questions.push(params.message);
      return { action: "decline" };
    });
    return client;
  };
  const newTransport = () =>
    new StreamableHTTPClientTransport(new URL(url), { authProvider: memory });
  if (memory.tokens() === undefined) {
    const first = newTransport();
    await mustBeRefused(newClient().connect(first));
    await first.finishAuth(memory.takeAnswer().parameters);
  }
  const client = newClient();
  const transport = newTransport();
  await client.connect(transport);
  return {
    client,
    questions,
    finishSignIn: () => transport.finishAuth(memory.takeAnswer().parameters),
    close: () => client.close(),
  };
}
