import { describe, expect, it } from "vitest";
import { codeBlock, codeSpan, markdownText } from "../../src/engine/website/markdown";

describe("text", () => {
  it.each([
    ["Plain words, (with) marks: 100% - fine.", "Plain words, (with) marks: 100% - fine."],
    ["# Heading", String.raw`\# Heading`],
    ["- item", String.raw`\- item`],
    ["+ item", String.raw`\+ item`],
    ["12. item", String.raw`12\. item`],
    ["12) item", String.raw`12\) item`],
    ["12 items.", "12 items."],
    ["> quote", String.raw`\> quote`],
    ["[a](b) ![c](d)", String.raw`\[a\](b) !\[c\](d)`],
    ["*a* _b_ ~~c~~ `d`", "\\*a\\* \\_b\\_ \\~\\~c\\~\\~ \\`d\\`"],
    ["<b>&lt;", String.raw`\<b\>\&lt;`],
    ["a | b", String.raw`a \| b`],
    [String.raw`\*a\*`, String.raw`\\\*a\\\*`],
    ["a\n\n# b\r\n=", String.raw`a \# b =`],
    ["a\u2028# b", String.raw`a \# b`],
    ["\u202Ea", "\uFFFDa"],
  ])("%j stays text", (text, markdown) => {
    expect(markdownText(text)).toBe(markdown);
  });
});

describe("code", () => {
  it("in a line is closed by more backticks than it holds", () => {
    expect(codeSpan("a")).toBe("`a`");
    expect(codeSpan("a`b``c")).toBe("```a`b``c```");
    expect(codeSpan("`a")).toBe("`` `a ``");
    expect(codeSpan("a\n\n# b")).toBe("`a # b`");
  });

  it("in a block is closed by more backticks than it holds", () => {
    expect(codeBlock("a\nb", "sh")).toBe("```sh\na\nb\n```");
    expect(codeBlock("a\n```\n# b", "sh")).toBe("````sh\na\n```\n# b\n````");
  });
});
