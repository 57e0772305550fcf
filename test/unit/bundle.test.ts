import { describe, expect, it } from "vitest";
import { aliasProblems, contentsOf, type Metafile } from "../../dev/bundle/bundle-contents.ts";
import { bundleFaults } from "../../dev/bundle/bundle-report.ts";

const aliases = { ajv: "./src/engine/stubs/ajv.ts", zod: "./src/engine/stubs/zod.ts" };

/** A file of a bundle: what it takes there, and what it imports. */
type File = { readonly bytes: number; readonly imports?: readonly string[] };

function metafileOf(files: Readonly<Record<string, File>>): Metafile {
  const entries = Object.entries(files);
  return {
    inputs: Object.fromEntries(
      entries.map(([path, { imports = [] }]) => [
        path,
        { imports: imports.map((original) => ({ path: "anything", original })) },
      ]),
    ),
    outputs: {
      "index.js": {
        inputs: Object.fromEntries(
          entries.map(([path, { bytes }]) => [path, { bytesInOutput: bytes }]),
        ),
      },
    },
  };
}

const sound = {
  "src/index.ts": { bytes: 100, imports: ["agents", "zod"] },
  "node_modules/agents/dist/index.js": { bytes: 3_000, imports: ["zod"] },
  "node_modules/@modelcontextprotocol/sdk/server.js": { bytes: 200, imports: ["ajv"] },
  "node_modules/@modelcontextprotocol/sdk/types.js": { bytes: 1_800 },
  "node_modules/agents/node_modules/zod/v4/locales/en.js": { bytes: 50 },
  "node_modules/hono/dist/unused.js": { bytes: 0 },
  "src/engine/stubs/ajv.ts": { bytes: 10 },
};

describe("what a bundle has in it", () => {
  it("is summed by package, the largest first", () => {
    expect(Object.entries(contentsOf(metafileOf(sound)))).toEqual([
      ["agents", 3_000],
      ["@modelcontextprotocol/sdk", 2_000],
      ["this project", 110],
      ["zod", 50],
    ]);
  });
});

describe("the aliases", () => {
  it("are right when each is imported, and what they replace is not there", () => {
    expect(aliasProblems(metafileOf(sound), aliases)).toEqual([]);
  });

  it("are told of when they miss a file of what they replace", () => {
    const path = "node_modules/ajv/dist/2020.js";
    expect(aliasProblems(metafileOf({ ...sound, [path]: { bytes: 9 } }), aliases)).toEqual([
      `${path} should be left out: an alias in wrangler.jsonc misses it.`,
    ]);
  });

  it("may replace a part of a package, and leave the rest", () => {
    const part = { "hono/jsx": "./src/engine/stubs/jsx.ts" };
    const files = {
      "node_modules/agents/dist/index.js": { bytes: 3_000, imports: ["hono/jsx"] },
      "node_modules/hono/dist/index.js": { bytes: 9 },
    };
    expect(aliasProblems(metafileOf(files), part)).toEqual([]);
  });

  it("are told of when a language of zod comes back, though the rest of zod may be there", () => {
    const path = "node_modules/zod/v4/locales/de.js";
    const core = "node_modules/zod/v4/core/core.js";
    const files = { ...sound, [path]: { bytes: 9 }, [core]: { bytes: 9 } };
    expect(aliasProblems(metafileOf(files), aliases)).toEqual([
      `${path} should be left out: an alias in wrangler.jsonc misses it.`,
    ]);
  });

  it("are told of when only this project, or what is not in the bundle, imports what they replace", () => {
    const files = {
      ...sound,
      "node_modules/agents/dist/index.js": { bytes: 3_000 },
      "node_modules/hono/dist/unused.js": { bytes: 0, imports: ["zod"] },
    };
    expect(aliasProblems(metafileOf(files), aliases)).toEqual([
      "No dependency imports zod: its alias in wrangler.jsonc can go.",
    ]);
  });
});

describe("the check of the bundle", () => {
  const record = { gzipKiB: 300, contents: { agents: 2_048, ajv: 1_024 } };
  const bundle = { gzipKiB: 350, uploadKiB: 1_000, contents: { agents: 4_096 }, problems: [] };

  it("has nothing to say of one that is small enough", () => {
    expect(bundleFaults(bundle, record)).toBe("");
  });

  it("says of one that is too large what has grown", () => {
    expect(bundleFaults({ ...bundle, gzipKiB: 350.1 }, record)).toMatchInlineSnapshot(`
      "The bundle may have 350 KiB gzipped.
      Gzipped: 350.1 KiB; 300.0 when it was recorded.
      KiB minified, and how much more than recorded:
           4.0     +2.0  agents
           0.0     -1.0  ajv"
    `);
  });

  it("says what is wrong with the aliases of one that is small", () => {
    expect(bundleFaults({ ...bundle, problems: ["An alias is dead."] }, record)).toBe(
      "An alias is dead.",
    );
  });
});
