import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { checkDefinitions } from "../../dev/definition/server-facts.ts";
import { projectDir } from "../../dev/server/processes.ts";
import { contrastOf, mixed } from "../../src/engine/look/contrast";
import { initialOf, type Look } from "../../src/engine/look/look";
import { defaultPalettes, lookProblems } from "../../src/engine/look/look-problems";
import { lookStylesheet } from "../../src/engine/look/stylesheet";
import { createCatalogue } from "../../src/engine/tools/catalogue";
import { createWebsite } from "../../src/engine/website/app";
import { configOf, server } from "../worker/server.ts";

const provider = {
  SESSION_SECRET: "only-for-tests-and-long-enough-to-be-taken",
  IDP: "oidc",
  OIDC_ISSUER: "https://accounts.example.com",
  OIDC_CLIENT_ID: "client",
};

function websiteOf(look: Look, name = "Gatehouse") {
  const catalogue = createCatalogue(server.toolsets, { has: () => false });
  const services = { config: configOf({ ...provider, SERVER_NAME: name }), catalogue, look };
  return createWebsite(
    { ...services, description: undefined },
    "https://mcp.example.com",
    undefined,
  );
}

const textOf = async (website: ReturnType<typeof websiteOf>, path: string) =>
  (await website.request(path, { headers: { accept: "text/html" } })).text();

const full: Look = {
  logo: { light: "/acme.svg", dark: "/acme-dark.svg" },
  icon: "/acme-icon.svg",
  colors: { light: { accent: "#7a1fa2" }, dark: { accent: "#e1bee7", onAccent: "#2a0b38" } },
  font: { family: "Acme Sans", file: "/acme.woff2" },
  links: {
    product: "https://acme.example/",
    privacy: "https://acme.example/privacy",
    terms: "/terms.html",
    support: "https://help.acme.example/",
  },
};

describe("contrast", () => {
  it("is that of WCAG 2.2", () => {
    expect(contrastOf("#000000", "#ffffff")).toBe(21);
    expect(contrastOf("#ffffff", "#ffffff")).toBe(1);
    // The grey that just passes for text on white, and its neighbour that does not.
    expect(contrastOf("#767676", "#ffffff")).toBeGreaterThan(4.5);
    expect(contrastOf("#ffffff", "#777777")).toBeLessThan(4.5);
  });

  it("mixes colours as CSS does", () => {
    expect(mixed("#000000", 25, "#ffffff")).toBe("#bfbfbf");
    expect(mixed("#102030", 100, "#ffffff")).toBe("#102030");
  });
});

describe("the check of a look", () => {
  it("takes none, and one that can be read", () => {
    expect(lookProblems({})).toEqual([]);
    expect(lookProblems(full)).toEqual([]);
  });

  it("refuses colours that people cannot read, with the ratio, in either scheme", () => {
    expect(lookProblems({ colors: { light: { accent: "#ffb300" } } })).toEqual([
      "look.colors.light: accent (#ffb300) on card (#ffffff) has a contrast of 1.79; WCAG AA asks for 4.5. Make one of them lighter or darker",
      expect.stringContaining("accent (#ffb300) on ground"),
      expect.stringContaining("onAccent (#ffffff) on accent (#ffb300) has a contrast of 1.79"),
    ]);
    const [dark] = lookProblems({ colors: { dark: { quiet: "#555555" } } });
    expect(dark).toMatch(/^look\.colors\.dark: quiet \(#555555\) on card/);
  });

  it.each<[string, Look, string]>([
    [
      "a colour by name",
      { colors: { light: { accent: "#teal" } } },
      "look.colors.light.accent must be like #0f5459",
    ],
    [
      "a colour that closes the rule",
      { colors: { dark: { card: "#fff}body{" } } },
      "look.colors.dark.card must be",
    ],
    [
      "a logo elsewhere",
      { logo: { light: "//evil.example/x.svg" } },
      "must be the path of a file in public/",
    ],
    [
      "a font that closes the text",
      { font: { family: 'x"}', file: "/x.woff2" } },
      "look.font.family must be",
    ],
    [
      "a link without https",
      { links: { terms: "http://acme.example/" } },
      "look.links.terms must be an https address",
    ],
    [
      "a link that runs",
      { links: { support: "javascript:alert(1)" } },
      "look.links.support must be",
    ],
  ])("refuses %s", (_what, look, problem) => {
    expect(lookProblems(look)).toEqual([expect.stringContaining(problem)]);
  });

  it("knows the colours of the stylesheet", () => {
    const [light = "", dark = ""] = readFileSync(
      join(projectDir, "public/style.css"),
      "utf8",
    ).split("@media (prefers-color-scheme: dark)");
    for (const [sheet, palette] of [
      [light, defaultPalettes.light],
      [dark, defaultPalettes.dark],
    ] as const) {
      for (const [name, color] of Object.entries(palette)) {
        const property = name === "onAccent" ? "on-accent" : name;
        expect(sheet).toContain(`--${property}: ${color};`);
      }
    }
    expect(lookProblems({ colors: defaultPalettes })).toEqual([]);
  });

  // A bound, not a measurement: it builds the definition.
  it("is made before a server starts or is deployed", { timeout: 60_000 }, async () => {
    const folder = await mkdtemp(join(projectDir, ".wrangler/look-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, "server.ts");
    const engine = join(projectDir, "src/engine/server");
    await writeFile(
      file,
      `import { defineServer } from ${JSON.stringify(engine)};
       export const server = defineServer({ name: "Acme", toolsets: [], look: {
         logo: { light: "/not-there.svg" }, colors: { light: { accent: "#ffb300" } } } });`,
    );
    await expect(checkDefinitions(file)).rejects.toMatchObject({
      code: "definition_invalid",
      message: expect.stringMatching(/contrast of 1\.79.*there is no public\/not-there\.svg/s),
    });
  });
});

describe("a server's look", () => {
  it("is on its pages: logo, icon, colours, font and links, all of this origin but the links", async () => {
    const website = websiteOf(full, "Acme");
    for (const path of ["/", "/nowhere"]) {
      const html = await textOf(website, path);
      expect(html).toContain('srcset="/acme-dark.svg"');
      expect(html).toContain('<img class="mark" src="/acme.svg" alt=""/>');
      expect(html).toContain('<link rel="icon" href="/acme-icon.svg"/>');
      expect(html).toContain('<link rel="stylesheet" href="/look.css"/>');
      for (const address of Object.values(full.links ?? {})) {
        expect(html).toContain(`<a href="${address}" rel="noreferrer">`);
      }
      expect(html).not.toMatch(/<style|\sstyle=/);
    }
    const sheet = await website.request("/look.css");
    expect(sheet.headers.get("content-type")).toBe("text/css; charset=utf-8");
    expect(await sheet.text()).toBe(lookStylesheet(full));
    expect(lookStylesheet(full)).toContain(
      "@media (prefers-color-scheme:dark){:root{--accent:#e1bee7;--on-accent:#2a0b38}}",
    );
    expect(lookStylesheet(full)).toContain('src:url("/acme.woff2")');
  });

  it("mixes what lies between card and text, where either is chosen", () => {
    const sheet = lookStylesheet({ colors: { light: { card: "#fffdf5" } } });
    expect(sheet).toContain("--card:#fffdf5");
    expect(sheet).toContain("--field:color-mix(in srgb,var(--text) 55%,var(--card))");
    expect(lookStylesheet({ colors: { light: { accent: "#7a1fa2" } } })).not.toContain("color-mix");
  });

  it("is neutral without one: the first letter of its name, and no castle", async () => {
    const website = websiteOf({}, "acme & Co");
    const html = await textOf(website, "/");
    expect(html).toContain('<span class="mark initial" aria-hidden="true">A</span>');
    expect(html).not.toMatch(/look\.css|favicon|gatehouse-light/);
    const icon = await website.request("/icon.svg");
    expect(icon.headers.get("content-type")).toBe("image/svg+xml; charset=utf-8");
    expect(await icon.text()).toContain(">A</text></svg>");
    expect((await website.request("/look.css")).status).toBe(404);
  });

  it.each([
    ["<b>", "<"],
    ["ﬁrma", "F"],
    [" 日本", "日"],
    ["👩‍💻 Code", "👩"],
    ["", "?"],
  ])("takes the first character of %j", (name, initial) => {
    expect(Array.from(initialOf(name))[0]).toBe(initial);
  });
});
