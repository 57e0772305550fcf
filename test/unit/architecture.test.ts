import { globSync, readFileSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { projectDir } from "../../dev/server/processes.ts";

const engine = resolve(projectDir, "src/engine");

/** The modules of the engine that a module of it imports, and whatever else it imports by a path. */
function importsOf(file: string): string[] {
  const source = readFileSync(file, "utf8");
  return [...source.matchAll(/(?:from|import) "(\.[^"]+)"/g)].map(([, path = ""]) =>
    resolve(dirname(file), path),
  );
}

const files = globSync("**/*.{ts,tsx}", { cwd: engine }).map((file) => resolve(engine, file));

/** The folder of the engine that a module lies in; modules beside the folders are rooms of their own. */
const roomOf = (path: string) =>
  relative(engine, path)
    .split(sep)[0]
    ?.replace(/\.tsx?$/, "") ?? "";

describe("the engine", () => {
  it("imports nothing of the server that it is given", () => {
    const outside = files.flatMap((file) =>
      importsOf(file)
        .filter((path) => relative(engine, path).startsWith(".."))
        .map((path) => relative(projectDir, path)),
    );
    expect([...new Set(outside)]).toEqual(["package.json"]);
  });

  it("has rooms that import one way only", () => {
    const imports = new Map<string, Set<string>>();
    for (const file of files) {
      const room = roomOf(file);
      const found = imports.get(room) ?? new Set();
      for (const path of importsOf(file)) if (roomOf(path) !== room) found.add(roomOf(path));
      imports.set(room, found);
    }
    // Takes away rooms that import none of those left, until only rings are.
    for (let size = -1; size !== imports.size; ) {
      size = imports.size;
      for (const [room, found] of imports) {
        if (![...found].some((other) => imports.has(other))) imports.delete(room);
      }
    }
    expect([...imports.keys()]).toEqual([]);
  });
});
