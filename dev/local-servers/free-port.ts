import { once } from "node:events";
import { createServer, type Server } from "node:net";

/**
 * Lets a server listen on this machine only.
 *
 * @param port 0 takes a free one.
 * @returns the port.
 * @throws Error when the port is taken.
 */
export async function listenLocally(server: Server, port: number): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port was assigned");
  return address.port;
}

/** Whether a server on this machine may listen on this port of 127.0.0.1. */
export async function isPortFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await listenLocally(server, port);
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** A port of 127.0.0.1 that nobody listens on at the moment. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  const port = await listenLocally(server, 0);
  server.close();
  await once(server, "close");
  return port;
}
