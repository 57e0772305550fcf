import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectDir } from "../../dev/server/processes.ts";
import { errorText } from "../../src/engine/lib/error-text";
import { errorCodes, GatehouseError } from "../../src/engine/lib/gatehouse-error";
import { ToolError } from "../../src/engine/tools/define-tool";
import { UpstreamError } from "../../src/engine/upstream/upstream-error";

const files = globSync("src/engine/**/*.{ts,tsx}", { cwd: projectDir }).map((file) => ({
  file,
  text: readFileSync(join(projectDir, file), "utf8"),
}));
const base = join("src", "engine", "lib", "gatehouse-error.ts");

describe("the codes of errors", () => {
  it("are those that docs/errors.md explains", () => {
    const table = readFileSync(join(projectDir, "docs/errors.md"), "utf8");
    const explained = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);
    expect(explained).toEqual(errorCodes.toSorted());
  });

  it("are had by every error of the engine, and each is used", () => {
    const withoutCode = files.filter(
      ({ file, text }) =>
        file !== base &&
        /\bextends (\w*Error|Error)\b/.test(text.replaceAll("extends GatehouseError", "")),
    );
    expect(withoutCode.map(({ file }) => file)).toEqual([]);
    const used = files
      .filter(({ file }) => file !== base)
      .map(({ text }) => text)
      .join("\n");
    const failures = /`upstream_\$\{UpstreamFailure\}`/.test(used) ? "upstream_" : "";
    for (const code of errorCodes) {
      const name = used.includes(`"${code}"`) ? code : code.replace(failures, "");
      expect(used, code).toContain(`"${name}"`);
    }
  });

  it("stand in the log", () => {
    expect(errorText(new UpstreamError("unavailable", "It is down"))).toBe(
      "UpstreamError (upstream_unavailable): It is down",
    );
  });
});

describe("a tool's error", () => {
  it("has a code of its own, or a general one", () => {
    const error = new ToolError("Empty", { code: "cart_empty", cause: "why" });
    expect(error).toBeInstanceOf(GatehouseError);
    expect(error).toMatchObject({ code: "cart_empty", message: "Empty", cause: "why" });
    expect(new ToolError("Something").code).toBe("tool_error");
  });

  it("has no code that could hold what somebody said", () => {
    for (const code of ["", "Cart", "cart empty", "a".repeat(65), "alice@example.com", "1a"]) {
      expect(() => new ToolError("Empty", { code })).toThrow("The code of a ToolError");
    }
  });
});
