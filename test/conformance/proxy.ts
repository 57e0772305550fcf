import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { listen } from "../support/loopback-server.ts";

export type Proxy = {
  readonly origin: string;
  /** Where requests go from now on. */
  forwardTo(origin: string): void;
  /** Sent to /mcp from now on, where a request brings no token of its own. */
  authorizeWith(token: string): void;
  stop(): Promise<void>;
};

/**
 * Stands in front of the server for a client that cannot send an access token. All else stays as it
 * came, the headers Host and Origin too: the server is to judge those.
 */
export async function startProxy(): Promise<Proxy> {
  let target: URL | undefined;
  let token: string | undefined;

  function forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    if (target === undefined) {
      outgoing.writeHead(503).end();
      return;
    }
    const headers = { ...incoming.headers };
    if (token !== undefined && incoming.url === "/mcp") {
      headers.authorization ??= `Bearer ${token}`;
    }
    const { method, url: path } = incoming;
    const upstream = request({ host: "127.0.0.1", port: target.port, method, path, headers });
    upstream.on("response", (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      // The first event may be long in coming; that the stream is open, the client learns now.
      outgoing.flushHeaders();
      response.pipe(outgoing);
      response.on("error", () => outgoing.destroy());
    });
    upstream.on("error", () => outgoing.destroy());
    outgoing.on("close", () => upstream.destroy());
    incoming.pipe(upstream);
  }

  const { origin, stop } = await listen(createServer(forward));
  return {
    origin,
    stop,
    forwardTo(other) {
      target = new URL(other);
    },
    authorizeWith(other) {
      token = other;
    },
  };
}
