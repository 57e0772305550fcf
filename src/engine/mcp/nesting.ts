/** Deeper than any tool's arguments; recursive code further on fails at some thousands. */
const MAX_DEPTH = 128;

/** Whether parsed JSON nests arrays and objects deeper than {@link MAX_DEPTH} levels. */
export function isNestedTooDeeply(json: unknown): boolean {
  let level: object[] = isContainer(json) ? [json] : [];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((container) => Object.values(container).filter(isContainer));
  }
  return false;
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
