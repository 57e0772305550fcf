import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listenLocally } from "./free-port.ts";

export type LocalServer = {
  /** Such as `http://127.0.0.1:8789`. */
  readonly origin: string;
  /** Lets `answer` answer all requests from now on. One that cannot be read or answered gets 400 or 500. */
  serve(answer: Answer): void;
  /** Stops it and closes open connections. May be called again. */
  stop(): Promise<void>;
};

/** @param url the request's address, by `origin` whatever the request says of its host. */
type Answer = (
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
) => void | Promise<void>;

/**
 * Opens a server for this machine only. Its address is known before it answers anything.
 *
 * Its host is 127.0.0.1 while the Worker's is localhost, so for a browser they are two sites, as in
 * production.
 *
 * @param name for messages, such as `orders API`.
 * @param port 0 takes a free one.
 * @throws Error when the port is taken.
 */
export async function openLocalServer(name: string, port: number): Promise<LocalServer> {
  const server = createServer();
  // A client that sends its next request just as an idle connection is closed loses it (5 seconds in Node.js): on a
  // busy machine that ended sign-ins.
  server.keepAliveTimeout = 0;
  const listening = await listenLocally(server, port).catch((cause: unknown) => {
    throw new Error(`The ${name} cannot listen on port ${port}.`, { cause });
  });
  const origin = `http://127.0.0.1:${listening}`;

  async function handle(
    answer: Answer,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    try {
      // Not as a relative address: one that starts with two slashes would name another host.
      const address = `${origin}${request.url}`;
      if (URL.canParse(address)) await answer(request, response, new URL(address));
      else response.writeHead(400).end();
    } catch (error) {
      console.error(`${name}:`, error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    }
  }

  return {
    origin,
    serve(answer) {
      server.removeAllListeners("request");
      server.on("request", (request, response) => void handle(answer, request, response));
    },
    async stop() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
