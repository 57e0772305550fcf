import { visible } from "./table";

/** How much code goes into one result: about 6 000 tokens. */
const EXCERPT_CHARS = 20_000;

/** A place in a file, both counted from 1, as stack traces do. */
export type Place = { readonly line: number; readonly column: number };

export type Excerpt = {
  /** Unchanged, except for invisible characters. */
  readonly code: string;
  readonly from: Place;
  /** Where the next excerpt begins; undefined at the end of the file. */
  readonly next: Place | undefined;
};

/** A piece of a file, as long as a result may be. It may end within a line: bundles have long lines. */
export function excerpt(file: string, from: Place): Excerpt {
  const start = offsetOf(file, from);
  const end = Math.min(file.length, start + EXCERPT_CHARS);
  // Ends with a whole line, if there is one.
  const newline = end < file.length ? file.lastIndexOf("\n", end - 1) : -1;
  const stop = newline >= start ? newline + 1 : end;
  return {
    code: visible(file.slice(start, stop)),
    from: placeOf(file, start),
    next: stop < file.length ? placeOf(file, stop) : undefined,
  };
}

/** The code with a number before each line, so that no line can pass for something else. */
export function numbered({ code, from }: Pick<Excerpt, "code" | "from">): string {
  const lines = code.replace(/\n$/, "").split(/\r?\n/);
  return lines
    .map((line, index) => `${from.line + index}| ${line.replaceAll("\r", "\\r")}`)
    .join("\n");
}

function offsetOf(file: string, { line, column }: Place): number {
  let offset = 0;
  for (let number = 1; number < line; number++) {
    const newline = file.indexOf("\n", offset);
    if (newline === -1) return file.length;
    offset = newline + 1;
  }
  return Math.min(file.length, offset + column - 1);
}

function placeOf(file: string, offset: number): Place {
  const before = file.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: offset - before.lastIndexOf("\n") };
}
