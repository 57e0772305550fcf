import { expect } from "vitest";
import { it } from "./fixtures.ts";
import { origin } from "./origin.ts";
import { connect, openConnections } from "./person.ts";

/** A client's session of MCP, over the network. */
class LiveSession {
  readonly #headers: Record<string, string>;
  #nextId = 1;

  constructor(headers: Record<string, string>) {
    this.#headers = headers;
  }

  static async open({ access_token }: { access_token: string }): Promise<LiveSession> {
    const headers = {
      authorization: `Bearer ${access_token}`,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
    };
    const opening = await new LiveSession(headers).request("initialize", {
      protocolVersion: "2025-11-25",
      // It would be asked, and never answers.
      capabilities: { elicitation: {} },
      clientInfo: { name: "live", version: "1" },
    });
    await opening.text();
    const id = opening.headers.get("mcp-session-id") ?? "";
    const session = new LiveSession({ ...headers, "mcp-session-id": id });
    await session.#post({ jsonrpc: "2.0", method: "notifications/initialized" });
    return session;
  }

  request(method: string, params: object): Promise<Response> {
    return this.#post({ jsonrpc: "2.0", id: this.#nextId++, method, params });
  }

  call(name: string, args: object = {}): Promise<Response> {
    return this.request("tools/call", { name, arguments: args });
  }

  /** The stream of what the server says of its own accord. */
  listen(signal?: AbortSignal): Promise<Response> {
    return fetch(`${origin()}/mcp`, { headers: this.#headers, signal: signal ?? null });
  }

  #post(message: object): Promise<Response> {
    const body = JSON.stringify(message);
    return fetch(`${origin()}/mcp`, { method: "POST", headers: this.#headers, body });
  }
}

/** Reads a stream to its end, which may be abrupt. */
function watch(response: Response): { hasEnded: boolean; end: Promise<void> } {
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  const noteEnd = () => {
    watched.hasEnded = true;
  };
  const watched = { hasEnded: false, end: response.text().then(noteEnd, noteEnd) };
  return watched;
}

it("ending a connection ends its stream and its running call, and nobody else's", async ({
  openBrowser,
  client,
}) => {
  const page = await openBrowser();
  const ofAlice = await LiveSession.open(await connect(page, client, "Alice", "Alice’s app"));
  const ofBob = await LiveSession.open(await connect(page, client, "Bob", "Bob’s app"));
  await (await ofAlice.call("save_note", { text: "To be asked about" })).text();
  const ending = [watch(await ofAlice.listen()), watch(await ofAlice.call("clear_notes"))];
  const done = new AbortController();
  const others = watch(await ofBob.listen(done.signal));

  const browserOfBob = await openBrowser();
  await openConnections(browserOfBob, "Bob");
  expect(await browserOfBob.getByRole("link", { name: "Alice’s app" }).count()).toBe(0);
  await openConnections(page, "Alice");
  expect(await page.getByRole("link", { name: "Bob’s app" }).count()).toBe(0);
  await page.getByRole("link", { name: "Alice’s app" }).click();
  const button = page.getByRole("button", { name: "End this connection" });
  await button.waitFor();
  expect(ending.map(({ hasEnded }) => hasEnded)).toEqual([false, false]);
  await button.click();
  await page.getByText("is no longer connected").waitFor();

  // Not at some later time: nobody else touches them, and keep-alives would go on for ever.
  for (const { end } of ending) await end;
  expect([401, 404]).toContain((await ofAlice.call("whoami")).status);
  expect((await ofBob.call("whoami")).status).toBe(200);
  expect(others.hasEnded).toBe(false);
  done.abort();
});
