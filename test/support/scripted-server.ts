import { createServer, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { bodyOf, listen } from "./loopback-server.ts";

/** What one path answers, as a test has told with PUT /script?path=…; see test/worker/scripted.ts. */
const answerSchema = z.object({
  status: z.number().default(200),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().default(""),
  delayMs: z.number().default(0),
});

type Recorded = {
  method: string;
  query: string;
  headers: IncomingMessage["headers"];
  body: string;
};

/**
 * An HTTP server that answers what a test tells it to, and tells the test what it was asked: for
 * authorization servers and APIs in states that a real one cannot be brought into.
 *
 * PUT /script?path=P sets the answer of path P; GET /script?path=P gives the requests to it so far.
 */
export async function startScriptedServer(): Promise<{ origin: string; stop(): Promise<void> }> {
  const answers = new Map<string, z.infer<typeof answerSchema>>();
  const requests = new Map<string, Recorded[]>();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const body = await bodyOf(request);
    const path = url.searchParams.get("path");
    if (url.pathname === "/script" && path !== null) {
      if (request.method === "PUT") answers.set(path, answerSchema.parse(JSON.parse(body)));
      response.end(JSON.stringify(requests.get(path) ?? []));
      return;
    }
    const { method = "", headers } = request;
    const recorded = { method, query: url.search, headers, body };
    requests.set(url.pathname, [...(requests.get(url.pathname) ?? []), recorded]);
    const answer = answers.get(url.pathname);
    await sleep(answer?.delayMs ?? 0);
    if (!response.destroyed) {
      response.writeHead(answer?.status ?? 404, answer?.headers).end(answer?.body);
    }
  });
  return listen(server);
}
