import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";

export type Answer = {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: string;
};

export type HttpRequest = {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** No answer within this long is a failure of the benchmark. */
const TIMEOUT_MS = 30_000;

/**
 * A plain HTTP client of one origin, with connections that stay open. Node.js's own `http`: here it
 * makes twice as many requests a second as `fetch`, and keeps a whole core of workerd busy.
 */
export class HttpClient {
  readonly #agent: Agent;
  readonly #origin: URL;

  /** @param connections as many requests as may be under way at once. */
  constructor(origin: string, connections: number) {
    this.#origin = new URL(origin);
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /**
   * Sends a request and reads the answer to its end.
   *
   * @throws Error when the connection breaks, or nothing comes within 30 seconds.
   */
  async send(message: HttpRequest): Promise<Answer> {
    const response = await this.#response(message);
    const body = await text(response);
    return {
      status: response.statusCode ?? 0,
      header: (name) => [response.headers[name]].flat()[0],
      body,
    };
  }

  /**
   * Opens a stream of events and leaves it open, unread but for what comes.
   *
   * @returns what closes it.
   * @throws Error when the answer is no stream.
   */
  async openStream(message: HttpRequest): Promise<() => void> {
    const response = await this.#response(message);
    if (response.statusCode !== 200 || response.headers["content-type"] !== "text/event-stream") {
      throw new Error(`No stream: ${response.statusCode} ${(await text(response)).slice(0, 500)}`);
    }
    // A stream that is closed here ends with an error, which is what was wanted.
    response.on("error", () => {});
    response.resume();
    return () => response.destroy();
  }

  close(): void {
    this.#agent.destroy();
  }

  #response({ method, path, headers = {}, body = "" }: HttpRequest): Promise<IncomingMessage> {
    const { hostname, port } = this.#origin;
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const outgoing = request(
      {
        ...{ hostname, port, method, path, agent: this.#agent, timeout: TIMEOUT_MS },
        headers: { ...headers, "content-length": Buffer.byteLength(body) },
      },
      resolve,
    );
    outgoing.on("timeout", () => {
      outgoing.destroy(new Error(`${method} ${path} was not answered in ${TIMEOUT_MS / 1_000} s`));
    });
    outgoing.on("error", reject);
    outgoing.end(body);
    return promise;
  }
}
