import { globSync, readFileSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { projectDir } from "../../dev/server/processes.ts";

const engine = resolve(projectDir, "src/engine");
const toolsets = resolve(projectDir, "src/tools");

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

/** What these files import that lies in a folder, each by its path in the project. */
const importedFrom = (folder: string, files: readonly string[]) =>
  files.flatMap((file) =>
    importsOf(file)
      .filter((path) => path.startsWith(`${folder}${sep}`))
      .map((path) => `${relative(projectDir, file)} -> ${relative(projectDir, path)}`),
  );

const filesIn = (pattern: string) =>
  globSync(pattern, { cwd: projectDir }).map((file) => resolve(projectDir, file));

describe("a toolset can be deleted", () => {
  it("as nothing but src/server.ts imports it", () => {
    const others = filesIn("{src/engine,dev,test,bench}/**/*.{ts,tsx}");
    expect(importedFrom(toolsets, [...others, resolve(projectDir, "src/index.ts")])).toEqual([]);
  });

  it("as tests and the benchmark run the fixture", () => {
    const server = ["src/server", "src/index"].map((path) => resolve(projectDir, path));
    const using = filesIn("{test,bench}/**/*.{ts,tsx}").filter((file) =>
      importsOf(file).some((path) => server.includes(path)),
    );
    // What it is about is that src/server.ts, whatever that lists, can be listed.
    expect(using.map((file) => relative(projectDir, file))).toEqual([
      "test/unit/definitions.test.ts",
    ]);
  });

  it("and no tool imports what runs in Node.js, or in tests alone", () => {
    const tools = filesIn("src/tools/**/*.{ts,tsx}").filter(
      (file) => !/[\\/](?:test|local-api)[\\/]|\.test\.tsx?$/.test(relative(toolsets, file)),
    );
    const foreign = tools.flatMap((file) =>
      importsOf(file)
        .map((path) => relative(projectDir, path))
        .filter((path) => /^(?:dev|test|bench)[\\/]|[\\/](?:test|local-api)(?:[\\/]|$)/.test(path)),
    );
    expect(foreign).toEqual([]);
  });
});

describe("the engine", () => {
  it("imports nothing of the server that it is given", () => {
    const outside = files.flatMap((file) =>
      importsOf(file)
        .filter((path) => relative(engine, path).startsWith(".."))
        .map((path) => relative(projectDir, path)),
    );
    expect([...new Set(outside)]).toEqual(["package.json"]);
  });

  it("makes encoded targets for operations of a document alone", () => {
    const target = resolve(engine, "upstream/encoded-target");
    const makers = [...files, ...filesIn("src/tools/**/*.{ts,tsx}")].filter((file) =>
      importsOf(file).includes(target),
    );
    expect(makers.map((file) => relative(engine, file)).sort()).toEqual([
      "openapi/request/parameters.ts",
      "upstream/api-request.ts",
      "upstream/api-url.ts",
    ]);
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
