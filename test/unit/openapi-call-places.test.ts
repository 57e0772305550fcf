import { describe, expect, it } from "vitest";
import { EncodedTarget } from "../../src/engine/upstream/encoded-target";
import { type Described, operationOf, sent } from "../fixture/openapi-operation.ts";

const inPath = (path: string, ...names: string[]): Described => ({
  path,
  parameters: names.map((name) => ({ name, in: "path" })),
});
const item = inPath("/users/{id}/keys", "id");

describe("group 10: a path is never sent with a template in it", () => {
  it.each([{}, { id: null }, { id: undefined }, { id: [] }, { id: "" }])(
    "%j is missing, and said to be",
    (args) => {
      expect(() => sent(item, args)).toThrow(/^Wrong arguments: at id: (is missing|must not be)/);
    },
  );

  it("a template that no parameter fills in is found before it is offered", () => {
    const operation = operationOf({ path: "/users/{id}/{other}" });
    expect(() => operation.detail).toThrow(
      'The operation "get_ticket" cannot be called: its path has {id}, which no parameter fills in; its path has {other}',
    );
  });

  it("a parameter's name may have any character but braces", () => {
    const described = inPath("/a/{user-id}/{x.y}/{$z}", "user-id", "x.y", "$z");
    expect(sent(described, { "user-id": 1, "x.y": 2, $z: 3 }).path).toBe("/a/1/2/3");
  });
});

describe("group 9: several parameters, in one path and in one segment", () => {
  it.each([
    ["/{tenant}/{tenant}/", { tenant: "a b" }, "/a%20b/a%20b/"],
    ["/{a}/x/{b}", { a: "1", b: "2" }, "/1/x/2"],
    ["/{a}.{b}", { a: "logo", b: "png" }, "/logo.png"],
    ["/users/{a}:activate", { a: "7" }, "/users/7:activate"],
    ["/range/{a}-{b}", { a: "x/y", b: "z" }, "/range/x%2Fy-z"],
    ["/sums(a={a},b='{b}')", { a: 1, b: 2 }, "/sums(a=1,b='2')"],
  ])("%s", (path, args, expected) => {
    expect(sent(inPath(path, ...Object.keys(args)), args).path).toBe(expected);
  });

  it.each([
    ["/{a}{b}", { a: ".", b: "." }],
    ["/{a}.{b}", { a: ".", b: "/x" }],
    ["/{a}.", { a: "." }],
    ["/x/.{a}", { a: "./y" }],
  ])("%s with %j makes no segment of dots of them", (path, args) => {
    expect(() => sent(inPath(path, ...Object.keys(args)), args)).toThrow(/another path/);
  });
});

describe("group 12: a value in a path stays in its segment", () => {
  it.each([
    ["a/b", "/users/a%2Fb/keys"],
    ["a?x=1", "/users/a%3Fx%3D1/keys"],
    ["a#f", "/users/a%23f/keys"],
    ["a;b", "/users/a%3Bb/keys"],
    ["a&b=c", "/users/a%26b%3Dc/keys"],
    ["a\\b", "/users/a%5Cb/keys"],
    ["100%", "/users/100%25/keys"],
    ["%41", "/users/%2541/keys"],
    ["ü 😀", "/users/%C3%BC%20%F0%9F%98%80/keys"],
    ["a'(b)*!", "/users/a%27%28b%29%2A%21/keys"],
    ["...", "/users/.../keys"],
    ["@:$,+=", "/users/%40%3A%24%2C%2B%3D/keys"],
  ])("%j", (id, path) => {
    const { url } = sent(item, { id });
    expect(url.pathname).toBe(`/v1${path}`);
    expect(url.search + url.hash).toBe("");
  });

  it.each([
    ...[".", "..", "%2e", "%2E%2e", ".%2e", "../../admin", "a/../b", "..%2fadmin", "..\\admin"],
    ...["..;", "..;/x", "..%3bx", "a\0b", "a\r\nb", "a%0d%0ab", "\x7f", "x/.."],
  ])("%j is refused", (id) => {
    expect(() => sent(item, { id })).toThrow(/^Wrong arguments: at id: would lead to another path/);
  });

  it("half a surrogate pair is refused, wherever it stands", () => {
    expect(() => sent(item, { id: "\ud800" })).toThrow(/at id: is no well-formed text/);
    const body: Described = { body: { kind: "json" } };
    expect(() => sent(body, { body: { a: ["\udfff"] } })).toThrow(/at body: is no well-formed/);
  });

  it.each([
    ["label", ["", ""]],
    ["label", "."],
    ["label", "./x"],
    ["label", { ".": "/.." }],
    ["matrix", "../x/.."],
    ["simple", ["x/..", "/../y"]],
  ] as const)("%s of %j is refused too", (style, id) => {
    const described: Described = {
      path: "/users/{id}/keys",
      parameters: [{ name: "id", in: "path", style, explode: true }],
    };
    expect(() => sent(described, { id })).toThrow(/another path/);
  });

  it("a document's own text is encoded where a URL needs it, and cannot climb either", () => {
    expect(sent({ path: "/a b/ü/%7E/x" }).path).toBe("/a%20b/%C3%BC/%7E/x");
    expect(() => sent({ path: "/../admin" })).toThrow(/change which address/);
    expect(() => sent({ path: "/%2e%2e/admin" })).toThrow(/change which address/);
    expect(sent({ path: "/search?type=user's#v2" })).toMatchObject({
      path: "/search",
      query: "type=user%27s",
    });
  });
});

describe("an encoded target", () => {
  const target = (parts: Partial<ConstructorParameters<typeof EncodedTarget>[0]>) =>
    new EncodedTarget({ path: "/a", query: "", cookie: "", ...parts });

  it.each([
    ...["a", "//evil.example/../..", "/a?b", "/a#b", "/a b", "/a\\b", "/ü", "/a\nb", "/%zz"].map(
      (path) => ({ path }),
    ),
    ...["a b", "a#b", "a'b", "a[b]", "a\nb", "%", '"'].map((query) => ({ query })),
    ...["a", "a=b;c=d", "a=b; ", "a=b\r\nx: y", "a=ü", "a=b c", " a=b"].map((cookie) => ({
      cookie,
    })),
  ])("is not made of %j, or leads nowhere", (parts) => {
    expect(() => target(parts).urlAt("https://api.example/v1")).toThrow(/change which address/);
  });

  it("stays below the base address, which keeps its own path", () => {
    const url = target({ path: "//b/%2F@x:y", query: "q=1/2?3" }).urlAt("https://api.example/v1/x");
    expect(url.href).toBe("https://api.example/v1/x//b/%2F@x:y?q=1/2?3");
    expect(target({ path: "" }).urlAt("https://api.example").href).toBe("https://api.example/");
    expect(() => target({ path: "/.." }).urlAt("https://api.example/v1")).toThrow();
  });
});

describe("a value in a query", () => {
  const described: Described = {
    parameters: [{ name: "filter" }, { name: "account", fixed: "acme" }, { name: "q" }],
  };

  it("cannot become another parameter, such as one that is fixed", () => {
    expect(() => sent(described, { filter: { account: "evil" } })).toThrow(
      'Wrong arguments: at filter: must not hold "account", which is another parameter',
    );
    expect(sent(described, { filter: { other: "&account=evil" }, account: "evil" }).query).toBe(
      "other=%26account%3Devil&account=acme",
    );
  });

  it("group 19: what is fixed is sent whatever the arguments say", () => {
    expect(sent(described, { account: "evil" }).query).toBe("account=acme");
    const zero: Described = { parameters: [{ name: "page", fixed: 0 }] };
    expect(sent(zero, { page: 9 }).query).toBe("page=0");
  });

  it("has the name that the document gives it, not its argument's", () => {
    const renamed: Described = {
      path: "/x/{id}",
      parameters: [
        { name: "id", in: "path", argument: "id__path" },
        { name: "filter[a&b]", argument: "filter" },
      ],
    };
    const { url } = sent(renamed, { id__path: 7, filter: "x" });
    expect(url.pathname).toBe("/v1/x/7");
    expect([...url.searchParams]).toEqual([["filter[a&b]", "x"]]);
  });

  it("group 17: a parameter called __proto__, constructor or $ref is one", () => {
    const odd: Described = {
      parameters: [{ name: "__proto__" }, { name: "constructor" }, { name: "$ref" }],
    };
    expect(sent(odd).query).toBe("");
    const args: Record<string, unknown> = JSON.parse(
      '{"__proto__":"a","constructor":"b","$ref":"c"}',
    );
    expect(sent(odd, args).query).toBe("__proto__=a&constructor=b&%24ref=c");
  });
});

describe("a value in a header", () => {
  const header = (name: string, more: object = {}): Described => ({
    parameters: [{ name, in: "header", ...more }],
  });

  it.each(["a\r\nx: y", "a\nb", "a\0b", "ü", "日本", "a\x7f"])("cannot be %j", (value) => {
    expect(() => sent(header("X-Note"), { "X-Note": value })).toThrow(
      /at X-Note: a header can carry only printable ASCII/,
    );
  });

  it("cannot make two items of one", () => {
    expect(() => sent(header("X-List"), { "X-List": ["a,b"] })).toThrow(/at X-List: a comma/);
    expect(sent(header("X-List"), { "X-List": "a,b" }).headers.get("x-list")).toBe("a,b");
  });

  it("group 19: cannot be a credential, a cookie, or where the request goes", () => {
    for (const name of ["Cookie", "Host", "Proxy-Authorization", "Content-Length", "a b"])
      expect(() => operationOf(header(name)).detail).toThrow("is not a parameter's to set");
    for (const name of ["Authorization", "Content-Type"])
      expect(sent(header(name), { [name]: "x" }).headers.get(name)).toBeNull();
    expect(() => operationOf(header("Authorization", { fixed: "Bearer x" })).detail).toThrow();
    expect(sent(header("Accept"), { Accept: "x/y" }).headers.get("accept")).toMatch(/^application/);
    const fixed = header("Accept", { fixed: "application/vnd.github+json" });
    expect(sent(fixed).headers.get("accept")).toBe("application/vnd.github+json");
  });

  it("Idempotency-Key makes a POST that may be sent again", () => {
    const described: Described = { ...header("Idempotency-Key"), method: "POST" };
    const request = operationOf(described).request({ "Idempotency-Key": "once" });
    expect(request).toMatchObject({ idempotencyKey: "once", headers: {} });
  });
});

describe("a value in a cookie", () => {
  const described: Described = {
    parameters: [
      { name: "a", in: "cookie" },
      { name: "b[c]", in: "cookie", argument: "b" },
      { name: "session", in: "cookie", fixed: "s" },
    ],
  };

  it("stays in its pair", () => {
    expect(sent(described, { a: "x; admin=1\r\n", b: "y=z" }).headers.get("cookie")).toBe(
      "a=x%3B%20admin%3D1%0D%0A; b%5Bc%5D=y%3Dz; session=s",
    );
    expect(() => sent(described, { a: { session: "t" } })).toThrow(/at a: must not hold "session"/);
  });
});

describe("whether a request may be sent again", () => {
  const annotations = (readOnlyHint: boolean) => ({
    annotations: {
      readOnlyHint,
      destructiveHint: false,
      idempotentHint: false,
      openWorldHint: true,
    },
  });

  it.each([
    ["GET", true, true],
    ["GET", false, false],
    ["POST", true, true],
    ["POST", false, undefined],
    ["DELETE", false, undefined],
    ["OPTIONS", true, true],
  ] as const)("%s that people call read-only %s: isRead is %s", (method, readOnly, isRead) => {
    const request = operationOf({ method, ...annotations(readOnly) }).request({});
    expect(request.isRead).toBe(isRead);
  });

  it("TRACE, which shows the token to whoever is asked, is no tool", () => {
    expect(() => operationOf({ method: "TRACE" })).toThrow('"get_ticket" has the method TRACE');
  });

  it("GET cannot have a body", () => {
    const operation = operationOf({ method: "GET", body: { kind: "json" } });
    expect(() => operation.detail).toThrow("a GET with a body cannot be sent");
  });
});
