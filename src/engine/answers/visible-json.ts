/**
 * JSON on one line in which nothing is hidden: characters that are not seen (Unicode categories Cf, Zl, Zp and Cc)
 * are escaped, as they can hide instructions to a model from the person who reads along, or reverse the order of
 * a text. It is JSON of the same value.
 */
export function visibleJson(value: unknown): string {
  return (JSON.stringify(value) ?? "null").replace(HIDDEN, escaped);
}

/** A text with its lines and tabs, in which nothing else is hidden. */
export function visibleText(text: string): string {
  return text
    .toWellFormed()
    .replace(HIDDEN, (character) => (/[\t\n\r]/.test(character) ? character : escaped(character)));
}

/** Whether a text has characters that are not seen, or that end its line or cell. */
export function hidesSomething(text: string): boolean {
  return !text.isWellFormed() || text.search(HIDDEN) !== -1;
}

const HIDDEN = /[\p{Cf}\p{Zl}\p{Zp}\p{Cc}]/gu;

function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("");
}
