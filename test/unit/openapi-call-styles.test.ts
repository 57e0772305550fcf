import { describe, expect, it } from "vitest";
import type { CompiledParameter, ParameterStyle } from "../../src/engine/openapi/compiled";
import { type Described, sent } from "../fixture/openapi-operation.ts";

const values = {
  empty: "",
  string: "blue",
  array: ["blue", "black", "brown"],
  object: { R: 100, G: 200, B: 150 },
};
type Kind = keyof typeof values;

/** OpenAPI 3.1.1, "Style Examples", row by row; `undefined` is its "n/a". */
const table: [ParameterStyle, boolean, ...(string | undefined)[]][] = [
  ["matrix", false, ";color", ";color=blue", ";color=blue,black,brown", ";color=R,100,G,200,B,150"],
  [
    ...(["matrix", true, ";color", ";color=blue"] as const),
    ...[";color=blue;color=black;color=brown", ";R=100;G=200;B=150"],
  ],
  ["label", false, undefined, ".blue", ".blue,black,brown", ".R,100,G,200,B,150"],
  ["label", true, undefined, ".blue", ".blue.black.brown", ".R=100.G=200.B=150"],
  ["simple", false, undefined, "blue", "blue,black,brown", "R,100,G,200,B,150"],
  ["simple", true, undefined, "blue", "blue,black,brown", "R=100,G=200,B=150"],
  ["form", false, "color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"],
  [
    ...(["form", true, "color=", "color=blue"] as const),
    ...["color=blue&color=black&color=brown", "R=100&G=200&B=150"],
  ],
  [
    ...(["spaceDelimited", false, undefined, undefined] as const),
    ...["color=blue%20black%20brown", "color=R%20100%20G%20200%20B%20150"],
  ],
  [
    ...(["pipeDelimited", false, undefined, undefined] as const),
    ...["color=blue%7Cblack%7Cbrown", "color=R%7C100%7CG%7C200%7CB%7C150"],
  ],
  [
    ...(["deepObject", true, undefined, undefined, undefined] as const),
    "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150",
  ],
];
const kinds: readonly Kind[] = ["empty", "string", "array", "object"];
const rows = table.flatMap(([style, explode, ...cells]) =>
  kinds.flatMap((kind, index) => {
    const expected = cells[index];
    return expected === undefined ? [] : [[style, explode, kind, expected] as const];
  }),
);
const isOfPath = (style: ParameterStyle) => ["matrix", "label", "simple"].includes(style);

describe("group 11: every cell of the specification's style examples", () => {
  it.each(rows)("%s, explode %s, %s: %s", (style, explode, kind, expected) => {
    const color: Described = {
      path: isOfPath(style) ? "/x/{color}/y" : "/x",
      parameters: [{ name: "color", in: isOfPath(style) ? "path" : "query", style, explode }],
    };
    const { path, query } = sent(color, { color: values[kind] });
    expect(isOfPath(style) ? path : query).toBe(isOfPath(style) ? `/x/${expected}/y` : expected);
  });

  it.each([
    ["label", "."],
    ["simple", ""],
  ] as const)(
    "%s of an empty value, %j, is no segment of a URL, and is refused",
    (style, _value) => {
      const described: Described = {
        path: "/x/{color}/y",
        parameters: [{ name: "color", in: "path", style }],
      };
      expect(() => sent(described, { color: "" })).toThrow(/^Wrong arguments: at color: /);
    },
  );

  it.each([
    [false, "blue,black,brown", "R,100,G,200,B,150"],
    [true, "blue,black,brown", "R=100,G=200,B=150"],
  ])("simple in a header, explode %s", (explode, array, object) => {
    const described: Described = { parameters: [{ name: "X-Color", in: "header", explode }] };
    const header = (value: unknown) => sent(described, { "X-Color": value }).headers.get("x-color");
    expect([header("blue"), header(values.array), header(values.object)]).toEqual([
      "blue",
      array,
      object,
    ]);
  });

  it.each([
    [false, "color=blue,black,brown", "color=R,100,G,200,B,150"],
    [true, "color=blue; color=black; color=brown", "R=100; G=200; B=150"],
  ])("form in cookies, explode %s, with cookies' own delimiter", (explode, array, object) => {
    const described: Described = { parameters: [{ name: "color", in: "cookie", explode }] };
    const cookie = (color: unknown) => sent(described, { color }).headers.get("cookie");
    expect([cookie("blue"), cookie(values.array), cookie(values.object)]).toEqual([
      "color=blue",
      array,
      object,
    ]);
  });
});

describe("what the table does not say", () => {
  const query = (parameter: Partial<CompiledParameter>, x: unknown) =>
    sent({ parameters: [{ name: "x", ...parameter }] }, { x }).query;

  it("null, and lists and objects without a member, are not sent", () => {
    for (const value of [null, undefined, [], {}, [null], { a: null }])
      expect(query({}, value)).toBe("");
    expect(query({}, ["a", null, "b"])).toBe("x=a&x=b");
    expect(query({}, [""])).toBe("x=");
  });

  it("numbers and booleans are their JSON", () => {
    expect(query({}, [1.5, true, false, 0, -7])).toBe("x=1.5&x=true&x=false&x=0&x=-7");
  });

  it("what is deeper than a style goes is JSON, and in a deepObject has more brackets", () => {
    expect(decodeURIComponent(query({}, [{ a: 1 }]))).toBe('x={"a":1}');
    const deep = { a: { b: [1, { c: "d" }] }, e: null };
    expect(decodeURIComponent(query({ style: "deepObject", explode: true }, deep))).toBe(
      "x[a][b][0]=1&x[a][b][1][c]=d",
    );
  });

  it.each(["spaceDelimited", "pipeDelimited"] as const)("%s that explodes is form", (style) => {
    expect(query({ style, explode: true }, ["a", "b"])).toBe("x=a&x=b");
  });

  it("a parameter with content is a text of that media type", () => {
    const contentType = "application/json";
    expect(decodeURIComponent(query({ contentType }, { a: [1, "b&c"] }))).toBe('x={"a":[1,"b&c"]}');
    expect(query({ contentType }, "a")).toBe("x=%22a%22");
    expect(query({ contentType: "text/plain" }, "a b")).toBe("x=a%20b");
    const inHeader: Described = { parameters: [{ name: "X-Q", in: "header", contentType }] };
    expect(sent(inHeader, { "X-Q": { a: [1, 2] } }).headers.get("x-q")).toBe('{"a":[1,2]}');
    const inPath: Described = {
      path: "/x/{q}",
      parameters: [{ name: "q", in: "path", contentType }],
    };
    expect(sent(inPath, { q: { a: 1 } }).path).toBe("/x/%7B%22a%22%3A1%7D");
  });

  it("allowReserved passes what a value of a query may have, and nothing that would end it", () => {
    const value = "/a:b?c@d!$(e)*,;=%2F%zz#[f]&g=h+i'j k";
    expect(query({ allowReserved: true }, value)).toBe(
      "x=/a:b?c@d!$(e)*,;=%2F%25zz%23%5Bf%5D%26g=h%2Bi%27j%20k",
    );
    expect(query({ allowReserved: true, explode: false }, ["a,b", "c"])).toBe("x=a%2Cb,c");
  });

  it("allowReserved means nothing in a path", () => {
    const described: Described = {
      path: "/x/{id}",
      parameters: [{ name: "id", in: "path", allowReserved: true }],
    };
    expect(sent(described, { id: "a?b#c" }).path).toBe("/x/a%3Fb%23c");
  });
});
