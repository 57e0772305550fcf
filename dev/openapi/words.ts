/**
 * The text of a description in Markdown or HTML, in one line, for a model.
 *
 * @param maxChars it is cut after a sentence where one ends in time, else after a word, with an ellipsis.
 */
export function plainText(markdown: string, maxChars: number): string {
  const text = markdown
    // Tables, code and images say little in one line.
    .replaceAll(/```[\s\S]*?(```|$)/g, " ")
    .replaceAll(/!\[[^\]]*\]\([^)]*\)/g, " ")
    .replaceAll(/^\s*\|.*$/gm, " ")
    .replaceAll(/\[([^\]]+)\]\([^)]*\)/g, "$1")
    .replaceAll(/<\/?(?:a|abbr|b|code|em|i|span|strong|sub|sup|u)(?:\s[^<>]*)?>/gi, "")
    .replaceAll(/<\/?[a-zA-Z][^<>]*>/g, " ")
    .replaceAll(/^#{1,6}\s+/gm, "")
    .replaceAll(/(\*\*|__)(\S[^*_]*?)\1/g, "$2")
    .replaceAll("&nbsp;", " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replaceAll(/\s+/g, " ")
    .trim();
  return shortened(text, maxChars);
}

function shortened(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const head = text.slice(0, maxChars);
  const sentence = [...head.matchAll(/[.!?](?=\s)/g)].at(-1);
  if (sentence !== undefined && sentence.index > maxChars / 3)
    return head.slice(0, sentence.index + 1);
  const word = head.lastIndexOf(" ", maxChars - 1);
  const end = word > maxChars / 2 ? word : maxChars - 1;
  return `${withoutHalf(head.slice(0, end).replace(/[\s,;:(]+$/, ""))}…`;
}

/** A cut may fall between the two halves of a character. */
const withoutHalf = (text: string) => text.replace(/[\uD800-\uDBFF]$/, "");

/** About as many as a model counts: four bytes each, whatever the model. */
export const tokensOf = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4);
