import { describe, expect, it } from "vitest";
import { apiUrl } from "../../src/engine/upstream/api-url";

const BASE = "https://api.example/v1";

describe("a path segment that a model wrote", () => {
  it.each([
    ["a/b", "/v1/x/a%2Fb/y"],
    ["a?b=c#d", "/v1/x/a%3Fb%3Dc%23d/y"],
    ["50%", "/v1/x/50%25/y"],
    ["...", "/v1/x/.../y"],
    ["a..b", "/v1/x/a..b/y"],
    ["ümlaut ", "/v1/x/%C3%BCmlaut%20/y"],
    ["a;b=c", "/v1/x/a%3Bb%3Dc/y"],
  ])("%j stays one segment", (segment, path) => {
    const url = apiUrl(BASE, ["x", segment, "y"]);
    expect(url.pathname).toBe(path);
    expect(url.search + url.hash).toBe("");
  });

  it.each([
    ...["", ".", "..", "%2e", "%2E%2e", ".%2e"],
    ...[
      "../admin",
      "a/../b",
      "a/..",
      "a%2f..%2Fb",
      "..%2fadmin",
      "..%5cadmin",
      "..\\admin",
      "a\\.\\b",
    ],
    // Some servers drop what follows a semicolon before they look.
    ...["..;", "..;x=1", ".;/a", "a/..;/b", "..%3Bx"],
    ...["a\0b", "a\r\nb", "a%0d%0ab", "a%00", "\x7f", "\x85", "\ud800"],
  ])("%j is refused: it could leave its place", (segment) => {
    expect(() => apiUrl(BASE, ["x", segment, "y"])).toThrow(/is not a valid name or id/);
  });

  it("never leaves the path, whatever it is made of", () => {
    const parts = [
      "..",
      ".",
      "/",
      "\\",
      "%",
      "2e",
      "2f",
      "5c",
      "?",
      "#",
      "a",
      "\t",
      "@",
      ":",
      "//",
    ];
    let seed = 20_261_127;
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    let kept = 0;
    for (let round = 0; round < 5_000; round++) {
      const segment = Array.from({ length: 1 + random(6) }, () => parts[random(parts.length)]).join(
        "",
      );
      let url: URL;
      try {
        url = apiUrl(BASE, ["x", segment, "y"]);
      } catch {
        continue;
      }
      kept++;
      expect(url.origin, segment).toBe("https://api.example");
      const [, version, first, own, last, ...more] = url.pathname.split("/");
      expect([version, first, last, more], segment).toEqual(["v1", "x", "y", []]);
      expect(decodeURIComponent(own ?? ""), segment).toBe(segment);
    }
    expect(kept).toBeGreaterThan(500);
  });
});

describe("the query", () => {
  it("repeats a parameter that is a list, and leaves out what is undefined", () => {
    const query = { label: ["bug", "a&b"], page: 2, open: true, none: undefined, empty: [] };
    expect(apiUrl(BASE, ["x"], query).search).toBe("?label=bug&label=a%26b&page=2&open=true");
  });
});
