import { describe, expect, it } from "vitest";
import { type Described, sent } from "../fixture/openapi-operation.ts";

const json = (more: object = {}): Described => ({ body: { kind: "json", ...more } });

describe("group 8: a body of any type is sent", () => {
  it.each([[[1, "two", null]], ["text"], [7], [false], [{ a: { b: [] } }], [null]])(
    "%j",
    (body) => {
      expect(sent(json(), { body })).toMatchObject({
        contentType: "application/json",
        text: JSON.stringify(body),
      });
    },
  );

  it("and one that need not be there is left out", () => {
    expect(sent(json({ required: false }), {})).toMatchObject({
      bytes: undefined,
      contentType: null,
    });
  });
});

describe("group 7: a name that stands in path, query and body at once", () => {
  const described: Described = {
    method: "PATCH",
    path: "/variables/{name}",
    parameters: [
      { name: "name", in: "path", argument: "name" },
      { name: "name", in: "query", argument: "name_query" },
    ],
    body: { kind: "json" },
  };

  it("has a place each", () => {
    const args = { name: "A", name_query: "B", body: { name: "C", body: "D" } };
    expect(sent(described, args)).toMatchObject({
      path: "/variables/A",
      query: "name=B",
      text: '{"name":"C","body":"D"}',
    });
  });
});

describe("group 19: what is fixed of a body", () => {
  const fixed = { account: "acme", note: null };

  it("is sent whatever the model says", () => {
    const { text } = sent(json({ fixed }), { body: { account: "evil", note: "x", title: "t" } });
    expect(JSON.parse(text ?? "")).toEqual({ account: "acme", note: null, title: "t" });
    expect(sent(json({ fixed, required: false }), {}).text).toBe('{"account":"acme","note":null}');
  });

  it("cannot be turned round by a prototype", () => {
    const body: unknown = JSON.parse('{"__proto__":{"account":"evil"}}');
    expect(sent(json({ fixed: { account: "acme" } }), { body }).text).toBe(
      '{"__proto__":{"account":"evil"},"account":"acme"}',
    );
  });

  it.each([[["a"]], ["text"], [7]])("is not lost where the body is %j", (body) => {
    expect(() => sent(json({ fixed }), { body })).toThrow("at body: must be an object");
  });

  it("a field of a body overrides no header and no parameter", () => {
    const described: Described = {
      ...json(),
      parameters: [{ name: "X-Tenant", in: "header", fixed: "acme" }],
    };
    const body = { "X-Tenant": "evil", authorization: "Bearer evil", "content-type": "x/y" };
    const { headers } = sent(described, { body, "X-Tenant": "evil", authorization: "evil" });
    expect([...headers].filter(([name]) => name !== "user-agent")).toEqual([
      ["accept", "application/json, */*;q=0.5"],
      ["content-type", "application/json"],
      ["x-tenant", "acme"],
    ]);
  });
});

describe("group 13: each media type is sent as it is", () => {
  it("JSON by another name, with what is null", () => {
    const contentType = "application/merge-patch+json; charset=utf-8";
    expect(sent(json({ contentType }), { body: { a: null } })).toMatchObject({
      contentType,
      text: '{"a":null}',
    });
    expect(sent(json({ contentType: "*/*" }), { body: 1 }).contentType).toBe("application/json");
  });

  it("text", () => {
    const text: Described = { body: { kind: "text", contentType: "text/csv" } };
    expect(sent(text, { body: "a,b\nü" })).toMatchObject({
      contentType: "text/csv",
      text: "a,b\nü",
    });
  });

  it("bytes, given as base64 or base64url", () => {
    const bytes: Described = { body: { kind: "bytes", contentType: "image/png" } };
    for (const body of ["+/8A", "-_8A"])
      expect(sent(bytes, { body })).toMatchObject({
        contentType: "image/png",
        bytes: new Uint8Array([251, 255, 0]),
      });
    expect(() => sent(bytes, { body: "no base64!" })).toThrow("at body: is not base64");
    expect(() => sent(bytes, { body: "A".repeat(5_000_000) })).toThrow(
      "at body: is larger than 3 MiB",
    );
  });

  it("a form: lists repeat, objects are JSON, and null is left out", () => {
    const body = { a: "1 & 2+", list: ["x", "y=z"], object: { b: [1] }, none: null, flag: true };
    const { contentType, text = "" } = sent({ body: { kind: "form" } }, { body });
    expect(contentType).toBe("application/x-www-form-urlencoded");
    expect([...new URLSearchParams(text)]).toEqual([
      ...[
        ["a", "1 & 2+"],
        ["list", "x"],
        ["list", "y=z"],
        ["object", '{"b":[1]}'],
        ["flag", "true"],
      ],
    ]);
  });

  it("a form with Encoding Objects", () => {
    const encoding = {
      metadata: { style: "deepObject", explode: true },
      ids: { style: "pipeDelimited", explode: false },
      tags: { explode: false },
      filter: { contentType: "application/json" },
      color: { style: "form", explode: true },
    } as const;
    const body = {
      metadata: { a: { b: 1 } },
      ids: [1, 2],
      tags: ["x", "y"],
      filter: ["z"],
      color: { R: 100 },
    };
    const { text = "" } = sent({ body: { kind: "form", encoding } }, { body });
    expect(decodeURIComponent(text)).toBe('metadata[a][b]=1&ids=1|2&tags=x,y&filter=["z"]&R=100');
    const fixed = { R: "1" };
    expect(() =>
      sent({ body: { kind: "form", encoding, fixed } }, { body: { color: { R: "evil" } } }),
    ).toThrow('at body.color: must not hold "R", which is another field');
  });
});

describe("group 13: multipart with files", () => {
  const described: Described = {
    body: {
      kind: "multipart",
      files: ["file", "more"],
      encoding: {
        file: { contentType: "image/png, image/jpeg" },
        meta: { contentType: "application/json; charset=utf-8" },
        labels: { style: "form", explode: false },
      },
    },
  };
  const read = async (body: object) => {
    const { bytes, contentType } = sent(described, { body });
    return new Response(bytes, { headers: { "content-type": contentType ?? "" } }).formData();
  };

  it("has a part per field and per item, with names and types", async () => {
    const form = await read({
      title: "Größe",
      tags: ["a", "b"],
      labels: ["c", "d"],
      meta: { a: 1 },
      file: { base64: btoa("PNG"), filename: "plan.png", contentType: "image/png" },
      more: [{ base64: btoa("1") }, { base64: btoa("2"), contentType: "text/plain" }],
    });
    expect(form.get("title")).toBe("Größe");
    expect(form.getAll("tags")).toEqual(["a", "b"]);
    expect(form.get("labels")).toBe("c,d");
    expect(form.get("meta")).toBe('{"a":1}');
    const files = [form.get("file"), ...form.getAll("more")].map((file) =>
      file instanceof File ? [file.name, file.type] : file,
    );
    expect(files).toEqual([
      ["plan.png", "image/png"],
      ["file", "application/octet-stream"],
      ["file", "text/plain"],
    ]);
  });

  it("says the type of a part that is no text, and gives it no file's name", () => {
    const { text } = sent(described, { body: { meta: { a: 1 }, title: "t" } });
    expect(text).toContain(
      'form-data; name="meta"\r\ncontent-type: application/json; charset=utf-8\r\n\r\n{"a":1}\r\n',
    );
    expect(text).toContain('form-data; name="title"\r\n\r\nt\r\n');
  });

  it("keeps to the types that the document allows", async () => {
    const form = await read({ file: { base64: btoa("x"), contentType: "text/html" } });
    const file = form.get("file");
    expect(file instanceof File && file.type).toBe("image/png");
  });

  it.each(["not a file", { base64: 7 }, { base64: "!" }, { base64: "", contentType: "a\r\nb: c" }])(
    "refuses %j as a file",
    (file) => {
      expect(() => sent(described, { body: { file } })).toThrow(/^Wrong arguments: at body.file: /);
    },
  );

  it("a file's name cannot end its quotes, or begin a header", () => {
    const file = { base64: "", filename: 'a"\r\nx-evil: 1\r\n\r\n.png' };
    expect(sent(described, { body: { file } }).text).toContain(
      'filename="a%22%0D%0Ax-evil: 1%0D%0A%0D%0A.png"\r\ncontent-type: image/png\r\n\r\n\r\n',
    );
  });
});
