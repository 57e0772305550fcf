import { describe, expect, it } from "vitest";
import { bundleProblems, contentsOf, type Metafile } from "../../dev/bundle/bundle-contents.ts";
import { bundleFaults } from "../../dev/bundle/bundle-report.ts";

const trimming = {
  aliases: ["#mcp-libraries"],
  leftOut: ["ajv", "zod"],
  prebuilt: ["agents"],
  importsNamespace: (path: string) => path === "src/tools/whole.ts",
};

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

const prebuiltFile = ".wrangler/prebuilt/mcp-libraries.js";
const sound = {
  "src/index.ts": { bytes: 100, imports: ["#mcp-libraries", "zod"] },
  [prebuiltFile]: { bytes: 5_000, imports: ["zod"] },
  "node_modules/zod/v4/locales/en.js": { bytes: 50 },
  "node_modules/hono/dist/unused.js": { bytes: 0, imports: ["ajv"] },
};

describe("what a bundle has in it", () => {
  it("is summed by package, the largest first; what was prebuilt, by what it was built of", () => {
    const prebuilt = metafileOf({
      "node_modules/agents/dist/index.js": { bytes: 6_000 },
      "node_modules/@modelcontextprotocol/sdk/server.js": { bytes: 3_000 },
      "node_modules/@modelcontextprotocol/sdk/protocol.js": { bytes: 900 },
      "src/engine/stubs/ajv.ts": { bytes: 100 },
    });
    const contents = contentsOf(metafileOf(sound), { file: prebuiltFile, metafile: prebuilt });
    expect(Object.entries(contents)).toEqual([
      ["agents", 3_000],
      ["@modelcontextprotocol/sdk", 1_950],
      ["this project", 150],
      ["zod", 50],
    ]);
  });
});

describe("what the engine does without", () => {
  const problems = (files: Readonly<Record<string, File>>) =>
    bundleProblems(metafileOf({ ...sound, ...files }), trimming);

  it("is not there in a sound bundle", () => {
    expect(problems({})).toEqual([]);
  });

  it("is found when it is there all the same", () => {
    expect(problems({ "node_modules/ajv/dist/2020.js": { bytes: 9 } })).toEqual([
      "ajv should be left out, and no file of ours imports it.",
    ]);
    expect(problems({ "node_modules/zod/v4/locales/de.js": { bytes: 9 } })).toEqual([
      "The languages of zod should be left out: no file of ours imports { z }.",
    ]);
  });

  it("may be there when a tool imports it", () => {
    expect(
      problems({
        "src/tools/whole.ts": { bytes: 9, imports: ["zod", "ajv/dist/2020"] },
        "node_modules/ajv/dist/2020.js": { bytes: 9 },
        "node_modules/zod/v4/locales/de.js": { bytes: 9 },
      }),
    ).toEqual([]);
  });

  it("is named when the engine imports a library that is not trimmed", () => {
    expect(problems({ "src/engine/mcp/a.ts": { bytes: 9, imports: ["agents"] } })).toEqual([
      'src/engine/mcp/a.ts imports agents: import "#mcp-libraries" instead.',
    ]);
  });

  it("is named when nothing imports an alias any more", () => {
    expect(problems({ "src/index.ts": { bytes: 100, imports: ["zod"] } })).toEqual([
      "Nothing imports #mcp-libraries: its alias in wrangler.jsonc can go.",
    ]);
  });
});

describe("the check of the bundle", () => {
  const record = { gzipKiB: 300, contents: { agents: 2_048, ajv: 1_024 } };
  const bundle = {
    gzipKiB: 410,
    uploadKiB: 1_000,
    contents: { agents: 4_096 },
    problems: [],
    hasWholeZod: false,
  };

  it("has nothing to say of one that is small enough", () => {
    expect(bundleFaults(bundle, record)).toBe("");
  });

  it("says of one that is too large what has grown", () => {
    expect(bundleFaults({ ...bundle, gzipKiB: 410.1 }, record)).toMatchInlineSnapshot(`
      "The bundle may have 410 KiB gzipped.
      Gzipped: 410.1 KiB; 300.0 when it was recorded.
      KiB minified, and how much more than recorded:
           4.0     +2.0  agents
           0.0     -1.0  ajv"
    `);
  });

  it("allows more to one with all of zod, and not without bound", () => {
    expect(bundleFaults({ ...bundle, gzipKiB: 480, hasWholeZod: true }, record)).toBe("");
    expect(bundleFaults({ ...bundle, gzipKiB: 481, hasWholeZod: true }, record)).toContain(
      "The bundle may have 480 KiB gzipped.",
    );
  });

  it("says what is wrong with the aliases of one that is small", () => {
    expect(bundleFaults({ ...bundle, problems: ["An alias is dead."] }, record)).toBe(
      "An alias is dead.",
    );
  });
});
