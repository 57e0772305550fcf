import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { projectDir } from "../../dev/server/processes.ts";

/** What a Worker is made of: files of ours, and names of packages. */
async function partsOf(entry: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: projectDir,
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    packages: "external",
    external: ["cloudflare:*", "#mcp-libraries"],
    logLevel: "silent",
    outfile: "worker.js",
  });
  const [output] = Object.values(metafile.outputs);
  return [
    ...Object.entries(output?.inputs ?? {}).flatMap(([path, { bytesInOutput }]) =>
      bytesInOutput > 0 ? path : [],
    ),
    ...(output?.imports ?? []).map(({ path }) => path),
  ];
}

const ofOpenApi = (part: string) => part.includes("/openapi/") || part.startsWith("@cfworker/");

describe("the bundle", () => {
  it("of a server without an OpenAPI document has nothing of it", async () => {
    const parts = await partsOf("test/fixture/index.ts");
    expect(parts).toContain("src/engine/mcp/operations.ts");
    expect(parts.filter(ofOpenApi)).toEqual([]);
  });

  it("of a server with one has the validator, and none of what compiles", async () => {
    const parts = await partsOf("test/linked/worker.ts");
    expect(parts).toContain("@cfworker/json-schema");
    expect(parts.filter((part) => /^dev\/|scalar|ref-parser|^yaml/.test(part))).toEqual([]);
  });

  it("has no validator that makes code, which Workers refuse to run", async () => {
    const { outputFiles } = await build({
      stdin: { contents: 'export * from "@cfworker/json-schema"', resolveDir: projectDir },
      ...{ bundle: true, write: false, format: "esm" },
    });
    const code = outputFiles[0]?.text ?? "";
    expect(code).toContain("unevaluatedProperties");
    expect(code).not.toMatch(/\bFunction\s*\(|\beval\s*\(/);
  });
});
