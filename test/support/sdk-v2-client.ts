import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { OAuthMemory } from "./sdk-oauth.ts";

/** How the client finds out which era of MCP to speak. */
export type Mode = "legacy" | "auto" | { pin: string };

/**
 * Connects a client of the official SDK v2 for a person, who answers yes to every question.
 *
 * @returns the client, and `finishSignIn` for a step-up: it takes the code that the browser brought.
 */
export async function connectSdkV2Client(url: string, memory: OAuthMemory, mode: Mode) {
  const newClient = () => {
    const client = new Client(
      { name: "sdk-v2-test", version: "1" },
      { versionNegotiation: { mode }, capabilities: { elicitation: { form: {} } } },
    );
    client.setRequestHandler("elicitation/create", () => ({
      action: "accept",
      content: { confirm: true },
    }));
    return client;
  };
  const newTransport = () =>
    new StreamableHTTPClientTransport(new URL(url), { authProvider: memory });
  if (memory.tokens() === undefined) {
    const first = newTransport();
    await newClient()
      .connect(first)
      .then(
        () => {
          throw new Error("The server let a client in without a token");
        },
        () => undefined,
      );
    await first.finishAuth(memory.takeAnswer().parameters);
  }
  const client = newClient();
  const transport = newTransport();
  await client.connect(transport);
  return {
    client,
    finishSignIn: () => transport.finishAuth(memory.takeAnswer().parameters),
    close: () => client.close(),
  };
}
