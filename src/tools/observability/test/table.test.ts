import { describe, expect, it } from "vitest";
import { excerpt, numbered } from "../code-excerpt";
import { rowOf } from "../events";
import { cellText, fitting, tsv, visible } from "../table";

describe("a table", () => {
  it("keeps each row on one line and each cell in its column, whatever they hold", () => {
    const rows = [
      { a: "tab\there", b: "line\nbreak\r\n", c: null },
      { a: "back\\slash \\t", b: 0, c: false },
      { b: "" },
    ];
    expect(tsv(["a", "b", "c"], rows).split("\n")).toEqual([
      "a\tb\tc",
      "tab\\there\tline\\nbreak\\r\\n\t",
      "back\\\\slash \\\\t\t0\tfalse",
      "\t\t",
    ]);
  });

  it("shows what would hide: direction marks, invisible letters, control characters", () => {
    expect(visible("a\u202eb\u200bc\u{e0049}d\u2028e\u0007f\ud800")).toBe(
      "a\\u{202e}b\\u{200b}c\\u{e0049}d\\u{2028}e\\u{7}f\ufffd",
    );
    expect(visible("two\nlines\tand 🥐 é")).toBe("two\nlines\tand 🥐 é");
  });

  it("cuts long cells and says by how much", () => {
    expect(cellText("x".repeat(500))).toBe("x".repeat(500));
    expect(cellText("x".repeat(1_234))).toBe(`${"x".repeat(500)} … (+734)`);
  });

  it("ends before it is too long for a model, but never empty", () => {
    const rows = Array.from({ length: 1_000 }, (_, index) => ({ a: `${index} ${"x".repeat(95)}` }));
    const shown = fitting(["a"], rows);
    expect(shown).toEqual(rows.slice(0, shown.length));
    expect(shown.length).toBeGreaterThan(100);
    expect(tsv(["a"], shown).length).toBeLessThan(20_100);
    expect(fitting(["a"], [{ a: "x".repeat(50_000) }, { a: "y" }])).toHaveLength(1);
    expect(fitting(["a"], [])).toEqual([]);
  });
});

describe("an event as a row", () => {
  it("has each field under the name by which filters find it", () => {
    const row = rowOf({
      timestamp: 1_770_710_400_000,
      source: { message: "charged", user: { id: 7, tags: ["a", "b"] }, gone: null },
      $metadata: { id: "01", level: "a level of next year" },
      $workers: { event: { response: { status: 200 } }, somethingNew: true },
      dataset: "cloudflare-workers",
    });
    expect(row).toEqual({
      timestamp: "2026-02-10T08:00:00.000Z",
      message: "charged",
      "user.id": 7,
      "user.tags": '["a","b"]',
      "$metadata.id": "01",
      "$metadata.level": "a level of next year",
      "$workers.event.response.status": 200,
      "$workers.somethingNew": true,
      dataset: "cloudflare-workers",
    });
  });

  it("takes a log that is plain text, and one that is nested beyond reason", () => {
    expect(rowOf({ source: "hello" })).toEqual({ source: "hello" });
    let deep: unknown = "bottom";
    for (let depth = 0; depth < 20_000; depth++) deep = { d: deep };
    expect(rowOf({ source: deep })).toEqual({
      [Array(8).fill("d").join(".")]: "(nested too deeply to show)",
    });
  });

  it("cannot be used to change what objects are", () => {
    const source: unknown = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": "x"}');
    expect(rowOf({ source })).toEqual({ "__proto__.polluted": 1, constructor: "x" });
    expect({}).not.toHaveProperty("polluted");
  });
});

describe("an excerpt of code", () => {
  const file = Array.from({ length: 1_000 }, (_, index) => `line ${index + 1} ${"·".repeat(90)}`);

  it("goes through a file piece by piece, at whole lines, and loses nothing", () => {
    const whole = file.join("\n");
    let read = "";
    let place: { line: number; column: number } | undefined = { line: 1, column: 1 };
    for (let pieces = 0; place !== undefined; pieces++) {
      expect(pieces).toBeLessThan(10);
      expect(place.column).toBe(1);
      const piece = excerpt(whole, place);
      expect(piece.code.length).toBeLessThanOrEqual(20_000);
      expect(piece.from).toEqual(place);
      read += piece.code;
      place = piece.next;
    }
    expect(read).toBe(whole);
  });

  it("goes on within a line that is longer than a piece", () => {
    const minified = `const a=1;\n${"b".repeat(45_000)}\nend`;
    const first = excerpt(minified, { line: 2, column: 1 });
    expect(first.next).toEqual({ line: 2, column: 20_001 });
    const last = excerpt(minified, { line: 2, column: 40_001 });
    expect(last.code).toBe(`${"b".repeat(5_000)}\nend`);
    expect(last.next).toBeUndefined();
  });

  it("is empty beyond the end", () => {
    expect(excerpt("a\nb", { line: 3, column: 1 }).code).toBe("");
    expect(excerpt("a\nb", { line: 1, column: 99 }).code).toBe("");
  });

  it("is numbered, so that no line can pass for something else", () => {
    const { code, from } = excerpt("a\r\nb\rc\u2028d\n", { line: 1, column: 1 });
    expect(numbered({ code, from })).toBe("1| a\n2| b\\rc\\u{2028}d");
  });
});
