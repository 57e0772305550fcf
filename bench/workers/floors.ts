import { DurableObject } from "cloudflare:workers";

// Floors: what a request, a round trip to an object and a read of KV cost by themselves.

export class Echo extends DurableObject<Env> {
  override async fetch(): Promise<Response> {
    return new Response("object");
  }
}

const KEY = "key";

export default {
  async fetch(request, env): Promise<Response> {
    switch (new URL(request.url).pathname) {
      case "/hello":
        return new Response("hello");
      case "/object":
        return env.ECHO.getByName("one").fetch(request);
      case "/kv":
        if (request.method === "PUT") await env.OAUTH_KV.put(KEY, "value");
        return new Response(await env.OAUTH_KV.get(KEY));
      default:
        return new Response("Not found\n", { status: 404 });
    }
  },
} satisfies ExportedHandler<Env>;
