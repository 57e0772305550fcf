import { tidy } from "../ui/client-text";

/**
 * Text as Markdown that shows exactly this text, on one line: it cannot start a heading, list, link,
 * quote, code or HTML, wherever it is placed (CommonMark, section 2.4).
 */
export function markdownText(text: string): string {
  return tidy(text)
    .replace(/[\\`*_[\]<>#&|~]/g, "\\$&")
    .replace(/^[-+=]/, "\\$&")
    .replace(/^(\d+)([.)])/, "$1\\$2");
}

/** Text as code within a line, whatever backticks it has (CommonMark, section 6.1). */
export function codeSpan(text: string): string {
  const code = tidy(text);
  const fence = "`".repeat(longestRun(code) + 1);
  const space = /^`|`$/.test(code) ? " " : "";
  return fence + space + code + space + fence;
}

/** Text as a block of code, whatever it holds (CommonMark, section 4.5). */
export function codeBlock(text: string, language: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text}\n${fence}`;
}

/** The length of the longest run of backticks: the closing fence must be longer. */
function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
