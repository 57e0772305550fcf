import { scheduler } from "node:timers/promises";
import { describe, expect, inject, it, onTestFinished, vi } from "vitest";
import * as z from "zod";
import type { ApiBody, ApiRequest } from "../../src/engine/upstream/api-request";
import { failureOf, startScriptedApi } from "./scripted-api.ts";

const ok = { body: '{"fine":true}', headers: { "content-type": "application/json" } };

/** What an API saw of one request. */
async function seen(request: ApiBody & Pick<ApiRequest, "method" | "headers" | "query">) {
  const { client, path, requests } = await startScriptedApi(ok);
  await client.read({ ...request, path });
  const [recorded] = await requests();
  if (recorded === undefined) throw new Error("No request came");
  return recorded;
}

describe("a request", () => {
  it("carries the token, and says who is asking", async () => {
    const { headers, method } = await seen({});
    expect(method).toBe("GET");
    expect(headers.authorization).toBe("Bearer the-token");
    expect(headers["user-agent"]).toMatch(/^gatehouse\/\d/);
    expect(headers.accept).toBe("application/json, */*;q=0.5");
  });

  it("has the headers and the repeated parameters of the tool", async () => {
    const { headers, query } = await seen({
      headers: { accept: "application/vnd.github+json", "x-api-version": "2026-01-01" },
      query: { label: ["bug", "ui"], page: 2 },
    });
    expect(headers.accept).toBe("application/vnd.github+json");
    expect(headers["x-api-version"]).toBe("2026-01-01");
    expect(query).toBe("?label=bug&label=ui&page=2");
  });

  it.each(["Authorization", "cookie", "host", "content-length", "Idempotency-Key"])(
    "does not let a tool set %s",
    async (name) => {
      const { client, path, requests } = await startScriptedApi(ok);
      await expect(client.read({ path, headers: { [name]: "x" } })).rejects.toThrow(TypeError);
      expect(await requests()).toEqual([]);
    },
  );

  it("refuses a header's value that would begin another", async () => {
    const { client, path } = await startScriptedApi(ok);
    const { failure } = await failureOf(client.read({ path, headers: { "x-note": "a\r\nb: c" } }));
    expect(failure).toBe("invalid_request");
  });

  it("carries JSON", async () => {
    const { headers, body } = await seen({ method: "POST", body: { title: "ü" } });
    expect([headers["content-type"], body]).toEqual(["application/json", '{"title":"ü"}']);
  });

  it("carries a form", async () => {
    const form = { a: "1 & 2", b: ["x", "y"], none: undefined };
    const { headers, body } = await seen({ method: "POST", form });
    expect(headers["content-type"]).toMatch(/^application\/x-www-form-urlencoded/);
    expect(body).toBe("a=1+%26+2&b=x&b=y");
  });

  it("carries a form with a file", async () => {
    const multipart = new FormData();
    multipart.set("note", "see file");
    multipart.set("file", new File(["of two\nlines"], "a.txt", { type: "text/plain" }));
    const { headers, body } = await seen({ method: "POST", multipart });
    expect(headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
    expect(body).toContain('name="file"; filename="a.txt"');
    expect(body).toContain("of two\nlines");
  });

  it("carries bytes as they are", async () => {
    const bytes = new TextEncoder().encode("%PDF-1.7");
    const { headers, body } = await seen({ method: "PUT", bytes, contentType: "application/pdf" });
    expect([headers["content-type"], body]).toEqual(["application/pdf", "%PDF-1.7"]);
  });
});

describe("an answer", () => {
  it("has status, headers, text and bytes", async () => {
    const { client, path } = await startScriptedApi({
      ...ok,
      headers: { etag: '"7"' },
      status: 201,
    });
    const answer = await client.read({ path });
    expect([answer.status, answer.headers.get("etag"), answer.body]).toEqual([201, '"7"', ok.body]);
    expect(answer.bytes).toEqual(new TextEncoder().encode(ok.body));
  });

  it("without content is undefined to the schema", async () => {
    const { client, path } = await startScriptedApi({ status: 204 });
    expect(await client.request({ path, method: "DELETE", answer: z.undefined() })).toBeUndefined();
    const { message } = await failureOf(client.request({ path, answer: z.object({}) }));
    expect(message).toMatch(/does not understand/);
  });

  it("that nothing has changed is an answer to a conditional request", async () => {
    const { client, path, requests } = await startScriptedApi({ status: 304 });
    const { status } = await client.read({ path, headers: { "if-none-match": '"7"' } });
    expect(status).toBe(304);
    expect((await requests())[0]?.headers["if-none-match"]).toBe('"7"');
  });
});

describe("a request whose fate nobody knows", () => {
  it.each([
    ["GET", undefined, 4],
    ["PUT", undefined, 4],
    ["DELETE", undefined, 4],
    ["POST", undefined, 1],
    ["PATCH", undefined, 1],
    ["POST", "one-key-per-call", 4],
  ] as const)("%s with the key %j is sent %d times", async (method, idempotencyKey, times) => {
    const wait = vi.spyOn(scheduler, "wait").mockResolvedValue(undefined);
    onTestFinished(() => wait.mockRestore());
    const { client, path, requests } = await startScriptedApi({ status: 502 });
    const key = idempotencyKey === undefined ? {} : { idempotencyKey };
    await failureOf(client.read({ path, method, ...key }));
    const sent = await requests();
    expect(sent).toHaveLength(times);
    expect(new Set(sent.map(({ headers }) => headers["idempotency-key"]))).toEqual(
      new Set([idempotencyKey]),
    );
  });
});

describe("pages", () => {
  const pageSchema = z.object({ items: z.array(z.number()), next: z.string().optional() });
  const page = (items: number[], more: { next?: string; link?: string } = {}) => ({
    body: JSON.stringify({ items, ...(more.next && { next: more.next }) }),
    headers: { "content-type": "application/json", ...(more.link && { link: more.link }) },
  });

  async function itemsOf(pages: AsyncIterable<{ items: number[] }>): Promise<number[]> {
    const items: number[] = [];
    for await (const { items: found } of pages) items.push(...found);
    return items;
  }

  it("are followed by the header Link, to addresses of the API", async () => {
    const second = await startScriptedApi(page([3]));
    const address = `${inject("scriptedOrigin")}/${second.path[0]}?page=2`;
    const link = `<${address}>; rel="last next", <https://x.example/>; title="rel=next"`;
    const { client, path } = await startScriptedApi(page([1, 2], { link }));
    expect(await itemsOf(client.pages({ path, answer: pageSchema }))).toEqual([1, 2, 3]);
    const [request] = await second.requests();
    expect([request?.query, request?.headers.authorization]).toEqual([
      "?page=2",
      "Bearer the-token",
    ]);
  });

  it.each([
    "http://localhost:1/elsewhere",
    "https://evil.example/",
    "//evil.example/",
    "http://user@evil.example/",
  ])("elsewhere, such as at %s, get no token", async (address) => {
    const { client, path } = await startScriptedApi(page([1], { link: `<${address}>; rel=next` }));
    expect(await itemsOf(client.pages({ path, answer: pageSchema }))).toEqual([1]);
  });

  it("are followed by a cursor, until there is none", async () => {
    const { client, path, answers, requests } = await startScriptedApi(page([1], { next: "b" }));
    const items: number[] = [];
    const next = ({ next: cursor }: z.infer<typeof pageSchema>) => cursor && { after: cursor };
    const request = { path, answer: pageSchema, query: { limit: 1 }, next };
    for await (const { items: found } of client.pages({
      ...request,
      next: (p) => next(p) || undefined,
    })) {
      items.push(...found);
      await answers(page([2]));
    }
    expect(items).toEqual([1, 2]);
    expect((await requests()).map(({ query }) => query)).toEqual(["?limit=1", "?limit=1&after=b"]);
  });

  it("end at a bound, however many there are", async () => {
    const { client, path, requests } = await startScriptedApi(page([1], { next: "again" }));
    const next = () => ({ after: "again" });
    const pages = client.pages({ path, answer: pageSchema, next, maxPages: 3 });
    expect(await itemsOf(pages)).toEqual([1, 1, 1]);
    expect(await requests()).toHaveLength(3);
  });
});
