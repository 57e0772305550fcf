/** How long the table in a result may be: about 6 000 tokens, which a model can afford several times. */
const TABLE_BUDGET_CHARS = 20_000;
const MAX_CELL_CHARS = 500;

export type Cell = string | number | boolean | null;
/** By column; a column that is absent is empty. */
export type Row = Readonly<Record<string, Cell | undefined>>;

/**
 * Makes invisible characters visible (Unicode categories Cf, Zl, Zp, and Cc except line breaks and tabs):
 * they can hide instructions to a model from the person who reads along, or reverse the order of a text.
 */
export function visible(text: string): string {
  return text.toWellFormed().replace(/[\p{Cf}\p{Zl}\p{Zp}]|(?![\t\n\r])\p{Cc}/gu, codePoint);
}

/** A text short enough for a cell, with nothing hidden. */
export function cellText(text: string): string {
  const shown = visible(text);
  const over = shown.length - MAX_CELL_CHARS;
  return over <= 0 ? shown : `${shown.slice(0, MAX_CELL_CHARS).toWellFormed()} … (+${over})`;
}

/** Tab-separated values with a heading; a row is always one line, whatever its cells contain. */
export function tsv(columns: readonly string[], rows: readonly Row[]): string {
  return [columns.map(escaped).join("\t"), ...rows.map((row) => line(columns, row))].join("\n");
}

/** As many of the first rows as fit into a result; at least one, if there is any. */
export function fitting<R extends Row>(columns: readonly string[], rows: readonly R[]): R[] {
  let chars = 0;
  const over = rows.findIndex((row, index) => {
    chars += line(columns, row).length + 1;
    return index > 0 && chars > TABLE_BUDGET_CHARS;
  });
  return over === -1 ? [...rows] : rows.slice(0, over);
}

/** The columns that have a value in some row, in the order given. */
export function filled(columns: readonly string[], rows: readonly Row[]): string[] {
  return columns.filter((column) => rows.some((row) => (row[column] ?? "") !== ""));
}

function line(columns: readonly string[], row: Row): string {
  return columns.map((column) => escaped(String(row[column] ?? ""))).join("\t");
}

const SHORT_ESCAPES: Record<string, string> = {
  "\\": "\\\\",
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
};

function escaped(text: string): string {
  return text.replace(/[\\\t\n\r]/g, (character) => SHORT_ESCAPES[character] ?? character);
}

function codePoint(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
