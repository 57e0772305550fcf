import { describe, expect, it } from "vitest";
import type { CompiledParameter, ParameterStyle } from "../../src/engine/openapi/compiled";
import { ToolError } from "../../src/engine/tools/tool-error";
import { sent } from "../fixture/openapi-operation.ts";
import { seeded } from "../support/seeded.ts";

/** Whatever is sent is read back by a parser that splits first and decodes then, as servers do. */

const SEED = process.env.OPENAPI_SEED ?? String(Date.now());
const ROUNDS = 400;

const PARTS = [
  ...["..", ".", "/", "\\", "%", "2e", "%2F", "5c", "?", "#", "a", "Z9", "\t", "@", ":", "//", " "],
  ...[",", ";", "=", "&", "+", "|", "'", '"', "[x]", "{y}", "(", ")", "*", "!", "$", "~", "-", "_"],
  ...["ü", "日", "😀", "\u2028", "\r\n", "\0", "%00", "^", "`", "<", ">", ""],
];

type Value = string | string[] | Record<string, string>;

class Generator {
  readonly #random: () => number;

  constructor(name: string) {
    this.#random = seeded(`${SEED} ${name}`);
  }

  below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  text(): string {
    return Array.from({ length: this.below(6) }, () => PARTS[this.below(PARTS.length)]).join("");
  }

  list(): string[] {
    // One empty item reads as an empty text, in every style.
    const items = Array.from({ length: 1 + this.below(4) }, () => this.text());
    return items.length === 1 && items[0] === "" ? ["a"] : items;
  }

  map(): Record<string, string> {
    return Object.fromEntries(this.list().map((text, index) => [`${index}${this.text()}`, text]));
  }
}

/** The parts of a value that is one text, read back in pairs where it was a map. */
function unflattened(texts: string[], like: Value): Value {
  if (typeof like === "string") return texts.join("");
  if (Array.isArray(like)) return texts;
  return Object.fromEntries(
    texts.flatMap((text, index) => (index % 2 === 0 ? [[text, texts[index + 1] ?? ""]] : [])),
  );
}

const decoded = (text: string, delimiter: string | RegExp) =>
  text.split(delimiter).map(decodeURIComponent);

function readPath(style: ParameterStyle, explode: boolean, text: string, like: Value): Value {
  const isList = Array.isArray(like);
  if (typeof like === "string") {
    const prefix = { matrix: /^;color=?/, label: /^\./ }[style as string] ?? /^/;
    return decodeURIComponent(text.replace(prefix, ""));
  }
  if (style === "matrix") {
    if (!explode) return unflattened(decoded(text.replace(/^;color=?/, ""), ","), like);
    const pairs = text
      .split(";")
      .slice(1)
      .map((pair) => decoded(pair, "="));
    return isList
      ? pairs.map(([, item = ""]) => item)
      : Object.fromEntries(pairs.map(([key, item = ""]) => [key, item]));
  }
  const delimiter = style === "label" && explode ? "." : ",";
  const parts = text.slice(style === "label" ? 1 : 0).split(delimiter);
  return explode && !isList
    ? Object.fromEntries(parts.map((part) => decoded(part, "=")))
    : unflattened(parts.map(decodeURIComponent), like);
}

function readQuery(parameter: Partial<CompiledParameter>, query: string, like: Value): Value {
  const { style, explode } = parameter;
  const pairs = [...new URLSearchParams(query)];
  if (typeof like === "string") return pairs[0]?.[1] ?? "nothing";
  if (style === "deepObject")
    return Object.fromEntries(
      pairs.map(([name, value]) => [/^color\[(.*)\]$/s.exec(name)?.[1], value]),
    );
  if (explode)
    return Array.isArray(like) ? pairs.map(([, value]) => value) : Object.fromEntries(pairs);
  const raw = query.replace(/^color=/, "");
  const delimiter = { spaceDelimited: "%20", pipeDelimited: "%7C" }[style as string] ?? ",";
  return unflattened(decoded(raw, delimiter), like);
}

/** @returns how many were sent, not refused. */
function everyRound(name: string, round: (generator: Generator) => void): number {
  const generator = new Generator(name);
  let kept = 0;
  for (let count = 0; count < ROUNDS; count++) {
    try {
      round(generator);
      kept++;
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
    }
  }
  return kept;
}

const anyValue = (generator: Generator): Value => {
  const kind = generator.below(3);
  return kind === 0 ? generator.text() : kind === 1 ? generator.list() : generator.map();
};

describe(`with the seed OPENAPI_SEED=${SEED}`, () => {
  it.each(
    (["simple", "label", "matrix"] as const).flatMap((style) => [
      [style, false] as const,
      [style, true] as const,
    ]),
  )(
    "a path of %s, explode %s, has three segments, and the value is in the middle one",
    (style, explode) => {
      const kept = everyRound(`path ${style} ${explode}`, (generator) => {
        const color = anyValue(generator);
        const parameters = [{ name: "color", in: "path", style, explode }] as const;
        const { url } = sent({ path: "/x/{color}/y", parameters }, { color });
        const [empty, version, first, segment = "", last, ...more] = url.pathname.split("/");
        expect([empty, version, first, last, more, url.search, url.hash]).toEqual([
          "",
          "v1",
          "x",
          "y",
          [],
          "",
          "",
        ]);
        expect(readPath(style, explode, segment, color), JSON.stringify(color)).toEqual(color);
      });
      expect(kept).toBeGreaterThan(ROUNDS / 4);
    },
  );

  it.each([
    ["form", true],
    ["form", false],
    ["spaceDelimited", false],
    ["pipeDelimited", false],
    ["deepObject", true],
  ] as const)(
    "a query of %s, explode %s, holds the value and no other parameter",
    (style, explode) => {
      const kept = everyRound(`query ${style} ${explode}`, (generator) => {
        const color = style === "deepObject" ? generator.map() : anyValue(generator);
        const parameters = [
          { name: "color", style, explode },
          { name: "fixed", fixed: "&=" },
        ];
        const { url } = sent({ path: "/x", parameters }, { color });
        expect([url.pathname, url.hash]).toEqual(["/v1/x", ""]);
        const [, own = "", rest] = /^\?(.*)&(fixed=.*)$/.exec(url.search) ?? [];
        expect(rest).toBe("fixed=%26%3D");
        expect(readQuery({ style, explode }, own, color), JSON.stringify(color)).toEqual(color);
      });
      expect(kept).toBeGreaterThan(ROUNDS / 4);
    },
  );

  it("a query that allows reserved characters holds the value and no other parameter", () => {
    const kept = everyRound("reserved", (generator) => {
      // A triple passes as it is, and then means what it says.
      const color = generator.text().replaceAll(/%(?=[%0-9a-f])/gi, "");
      const parameters = [{ name: "color", allowReserved: true as const }];
      const { url } = sent({ path: "/x", parameters }, { color });
      expect([...url.searchParams]).toEqual([["color", color]]);
      expect(url.hash).toBe("");
    });
    expect(kept).toBe(ROUNDS);
  });

  it("a cookie holds the value and no other pair, and no header begins in one", () => {
    const kept = everyRound("cookie", (generator) => {
      const color = generator.list();
      const parameters = [
        { name: "color", in: "cookie", explode: true },
        { name: "fixed", in: "cookie", fixed: "1" },
      ] as const;
      const pairs = sent({ path: "/x", parameters }, { color }).headers.get("cookie")?.split("; ");
      const read = pairs?.map((pair) => decoded(pair, "="));
      expect(read).toEqual([...color.map((item) => ["color", item]), ["fixed", "1"]]);
    });
    expect(kept).toBe(ROUNDS);
  });

  it("a header holds the value, or is refused", () => {
    const kept = everyRound("header", (generator) => {
      const color = generator.text();
      const { headers } = sent(
        { path: "/x", parameters: [{ name: "X-Color", in: "header" }] },
        { "X-Color": color },
      );
      expect(headers.get("x-color")).toBe(color.replaceAll(/^[\t ]+|[\t ]+$/g, ""));
      expect([...headers.keys()].sort()).toEqual(["accept", "user-agent", "x-color"]);
    });
    expect(kept).toBeGreaterThan(ROUNDS / 4);
  });

  it("a form holds the values and no other field", () => {
    const kept = everyRound("form body", (generator) => {
      const body = generator.map();
      const { text = "" } = sent(
        { path: "/x", body: { kind: "form", fixed: { fixed: "1" } } },
        { body },
      );
      expect(Object.fromEntries(new URLSearchParams(text))).toEqual({ ...body, fixed: "1" });
    });
    expect(kept).toBe(ROUNDS);
  });

  it("a form in parts holds the values and no other part", async () => {
    const generator = new Generator("multipart");
    for (let round = 0; round < 100; round++) {
      const body = generator.map();
      const files = { file: { base64: btoa("%PDF"), filename: `a${generator.text()}` } };
      const { bytes, contentType } = sent(
        { path: "/x", body: { kind: "multipart", files: ["file"] } },
        { body: { ...body, ...files } },
      );
      const read = await new Response(bytes, {
        headers: { "content-type": contentType ?? "" },
      }).formData();
      const { file, ...fields } = Object.fromEntries(read);
      expect(Object.values(fields)).toEqual(Object.values(body));
      expect(file instanceof File && (await file.text())).toBe("%PDF");
    }
  });
});
