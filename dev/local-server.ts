import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { listenLocally } from "./free-port.ts";

export type LocalServer = {
  readonly port: number;
  /** Such as `http://127.0.0.1:8789`: for a browser another site than Gatehouse's localhost. */
  readonly origin: string;
  /** From now on requests are answered. */
  serve(listener: RequestListener): void;
  /** Ends it, with the connections that are open. May be called again. */
  stop(): Promise<void>;
};

/**
 * Opens an HTTP server that only this machine reaches.
 *
 * @param name what it is, for the message.
 * @param port 0 takes a free one.
 * @throws Error when the port is taken.
 */
export async function openLocalServer(name: string, port: number): Promise<LocalServer> {
  const server = createServer();
  const bound = await listenLocally(server, port).catch((cause: unknown) => {
    throw new Error(`The ${name} cannot listen on port ${port}.`, { cause });
  });
  return {
    port: bound,
    origin: `http://127.0.0.1:${bound}`,
    serve: (listener) => server.on("request", listener),
    async stop() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
