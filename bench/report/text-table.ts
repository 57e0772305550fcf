/**
 * A table of plain text: the first columns, which name things, to the left, figures to the right.
 *
 * @param names how many columns name things.
 */
export function textTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  names = 1,
): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) =>
    Math.max(...all.map((row) => (row[column] ?? "").length)),
  );
  return all
    .map((row) =>
      widths
        .map((width, column) => {
          const cell = row[column] ?? "";
          return column < names ? cell.padEnd(width) : cell.padStart(width);
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** A figure with so many digits after the point; "-" for what could not be measured. */
export function figure(value: number | null | undefined, digits: number): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "-";
  return value.toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
