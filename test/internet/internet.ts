import { fetch, type Request, Response } from "miniflare";
import * as z from "zod";

const answerSchema = z.object({
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});
type Answer = z.infer<typeof answerSchema>;

const published = new Map<string, Answer>();
const requests: string[] = [];

/**
 * Stands in for the public internet: everything that the Worker under test sends out comes here, as it
 * would leave Cloudflare, so that what workerd does by itself (following redirects, above all) is done.
 * `PUT` publishes an answer at an address, and `https://requests.example/` tells, once, what was asked for.
 * Loopback addresses are this machine's own.
 */
export async function internet(request: Request): Promise<Response> {
  const { hostname, href } = new URL(request.url);
  if (hostname === "localhost" || hostname === "127.0.0.1") return onThisMachine(request);
  if (hostname === "requests.example") return Response.json(requests.splice(0));
  if (request.method === "PUT") {
    published.set(href, answerSchema.parse(await request.json()));
    return new Response(null, { status: 204 });
  }
  requests.push(href);
  const answer = published.get(href);
  if (answer === undefined) return new Response("There is nothing here", { status: 404 });
  return new Response(answer.body, answer);
}

/** Headers about a connection, which the next one has anew. */
const OF_A_CONNECTION = /^(host|connection|content-length|transfer-encoding|mf-.*|cf-.*)$/i;

async function onThisMachine(request: Request): Promise<Response> {
  const { url, method } = request;
  const headers = [...request.headers].filter(([name]) => !OF_A_CONNECTION.test(name));
  const body = method === "GET" || method === "HEAD" ? null : await request.arrayBuffer();
  const answer = await fetch(url, { method, headers, body, redirect: "manual" });
  const passed = new Headers([...answer.headers]);
  passed.delete("content-encoding");
  passed.delete("content-length");
  const hasBody = answer.status !== 204 && answer.status !== 304;
  return new Response(hasBody ? await answer.arrayBuffer() : null, {
    status: answer.status,
    headers: [...passed],
  });
}
