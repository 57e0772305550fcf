import { DurableObject } from "cloudflare:workers";

// Floors: what a request, a round trip to an object, a new object and a read of KV cost on their own.

export class Echo extends DurableObject<Env> {
  override async fetch(): Promise<Response> {
    return new Response("object");
  }
}

/** As little as an object can be that is new and remembers something, as that of a session must. */
export class Memo extends DurableObject<Env> {
  override async fetch(): Promise<Response> {
    this.ctx.storage.kv.put(KEY, "value");
    return new Response("new object");
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
      case "/new-object":
        return env.MEMO.get(env.MEMO.newUniqueId()).fetch(request);
      case "/kv":
        if (request.method === "PUT") await env.OAUTH_KV.put(KEY, "value");
        return new Response(await env.OAUTH_KV.get(KEY));
      default:
        return new Response("Not found\n", { status: 404 });
    }
  },
} satisfies ExportedHandler<Env>;
