import { describe, expect, it } from "vitest";
import * as z from "zod";
import { version } from "../../package.json";
import type { Look } from "../../src/engine/look/look";
import { createCatalogue } from "../../src/engine/tools/catalogue";
import { defineTool } from "../../src/engine/tools/define-tool";
import { defineToolset, type Toolset } from "../../src/engine/tools/define-toolset";
import { createWebsite } from "../../src/engine/website/app";
import { clientSetups } from "../../src/engine/website/client-setup";
import { pasteText } from "../../src/engine/website/paste";
import { configOf, server } from "../worker/server.ts";

const ORIGIN = "https://mcp.example.com";

const provider = {
  SESSION_SECRET: "only-for-tests-and-long-enough-to-be-taken",
  IDP: "oidc",
  OIDC_ISSUER: "https://accounts.example.com",
  OIDC_CLIENT_ID: "client",
};

const external = {
  SESSION_SECRET: provider.SESSION_SECRET,
  AS_CLIENT_ID: "client",
  AS_CLIENT_SECRET: "secret",
};

/** The website as it is served without any binding: nothing here may need one. */
function websiteWith(
  vars: Record<string, string> = {},
  {
    origin = ORIGIN,
    all = server.toolsets,
    look = {},
    description,
  }: { origin?: string; all?: readonly Toolset<Env>[]; look?: Look; description?: string } = {},
) {
  const config = configOf(
    "AUTH_MODE" in vars ? { ...external, ...vars } : { ...provider, ...vars },
  );
  const catalogue = createCatalogue(all, { has: () => false });
  const website = createWebsite({ config, catalogue, look, description }, origin, undefined);
  return (path: string, accept = "*/*", method = "GET", userAgent = "Mozilla/5.0") =>
    website.request(path, { method, headers: { accept, "user-agent": userAgent } });
}

/** What stands on the page, in both formats. */
async function bothFormats(...args: Parameters<typeof websiteWith>) {
  const get = websiteWith(...args);
  return {
    html: await (await get("/", "text/html")).text(),
    markdown: await (await get("/", "text/markdown")).text(),
  };
}

const HTML_ENTITIES: Record<string, string> = {
  "&quot;": '"',
  "&#39;": "'",
  "&lt;": "<",
  "&gt;": ">",
  "&amp;": "&",
};

function unescapeHtml(html: string) {
  return html.replace(/&(quot|#39|lt|gt|amp);/g, (entity) => HTML_ENTITIES[entity] ?? entity);
}

function textOf(html: string) {
  return unescapeHtml(html.replace(/<[^>]*>/g, ""));
}

describe("what the front page tells", () => {
  it.each([ORIGIN, "http://localhost:8788", "https://xn--bcher-kva.example:8443"])(
    "names the MCP URL of %s in every set-up",
    async (origin) => {
      const { html, markdown } = await bothFormats({}, { origin });
      const blocks = [...html.matchAll(/<pre[^>]*><code[^>]*>(.*?)<\/code><\/pre>/gs)];
      const setups = clientSetups("Gatehouse", `${origin}/mcp`);
      expect(blocks.map(([, text = ""]) => textOf(text))).toEqual(
        setups.map(({ paste }) => pasteText(paste)),
      );
      for (const { client, paste, install } of setups) {
        expect(pasteText(paste)).toContain(`${origin}/mcp`);
        expect(html).toContain(`<h3>${client}</h3>`);
        expect(markdown).toContain(`**${client}.**`);
        expect(markdown).toContain(`\n${pasteText(paste)}\n`);
        expect(markdown).toContain(install?.web ?? client);
        const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, href = ""]) =>
          unescapeHtml(href),
        );
        expect(links).toEqual(expect.arrayContaining(Object.values(install ?? {})));
      }
    },
  );

  it("tells of each tool that everybody may know, and of no other, nor of scopes", async () => {
    const { html, markdown } = await bothFormats();
    const { allTools, allScopes, groups } = createCatalogue(server.toolsets, { has: () => false });
    for (const { name, title, description, forEveryone } of allTools) {
      expect(html.includes(`<dd>${title}</dd>`), name).toBe(forEveryone);
      expect(markdown.includes(`- ${title} (\`${name}\`): ${description}`), name).toBe(forEveryone);
    }
    expect(allTools.some(({ forEveryone }) => !forEveryone)).toBe(true);
    for (const { title, tools } of groups) {
      const isShown = tools.some(({ forEveryone }) => forEveryone);
      expect(html.includes(`<dt>${title}</dt>`), title).toBe(isShown);
      expect(markdown.includes(`**${title}**`), title).toBe(isShown);
    }
    for (const { name } of allScopes) expect(html + markdown).not.toContain(name);
  });

  it("says what the server is for, in its own words where it has any", async () => {
    const own = await bothFormats({}, { description: "Acme keeps track of tickets." });
    for (const page of Object.values(own)) expect(page).toContain("Acme keeps track of tickets.");
    for (const page of Object.values(await bothFormats())) {
      expect(page).toContain("Gatehouse lets an AI app such as Claude work for you.");
    }
  });

  it.each([
    ["Mozilla/5.0 Chrome/140.0.0.0 Safari/537.36", "Claude"],
    ["Mozilla/5.0 Cursor/2.1.0 Chrome/140.0.0.0 Electron/37.0.0", "Cursor"],
    ["Mozilla/5.0 Code/1.120.0 Chrome/140.0.0.0 Electron/37.0.0", "VS Code"],
  ])("has one button before the others, for the app it is shown in: %s", async (agent, client) => {
    const html = await (await websiteWith()("/", "text/html", "GET", agent)).text();
    const primary = [...html.matchAll(/<a class="button primary"[^>]*>([^<]*)</g)];
    expect(primary.map(([, text]) => text)).toEqual([`Add to ${client}`]);
    expect(html.indexOf("button primary")).toBe(html.indexOf('class="button') + 7);
  });

  it("opens how to set up the app that it is shown in, where no link does that", async () => {
    const agent = "Mozilla/5.0 ChatGPT/1.2026";
    const html = await (await websiteWith()("/", "text/html", "GET", agent)).text();
    expect(html).toMatch(/<details open=""><summary><h3>ChatGPT<\/h3>/);
    expect(html.match(/<details open/g)).toHaveLength(1);
  });

  it("leads to people's connections where they sign in here, and only there", async () => {
    const here = await bothFormats();
    expect(here.html).toContain(`href="${ORIGIN}/connections"`);
    expect(here.markdown).toContain(`(${ORIGIN}/connections)`);
    const elsewhere = { AUTH_MODE: "introspection", AS_ISSUER: "https://as.example.com/x" };
    for (const page of Object.values(await bothFormats(elsewhere))) {
      expect(page).not.toContain("/connections");
    }
  });

  it("says so where there are no tools", async () => {
    const { html, markdown } = await bothFormats({}, { all: [] });
    expect(html).toContain("No tools are set up yet.");
    expect(markdown).toContain("No tools are set up yet.");
  });

  it.each([
    [{ OIDC_NAME: "Example ID" }, "with Example ID"],
    [{}, "with accounts.example.com"],
    [{ IDP: "github", GITHUB_CLIENT_ID: "c", GITHUB_CLIENT_SECRET: "s" }, "with GitHub"],
    [{ AUTH_MODE: "introspection", AS_ISSUER: "https://as.example.com/x" }, "at as.example.com"],
    [
      {
        AUTH_MODE: "jwt",
        AS_CLIENT_ID: "",
        AS_CLIENT_SECRET: "",
        AS_ISSUER: "https://a.example/1,https://a.example/2,https://b.example",
      },
      "at a.example or b.example",
    ],
  ])("names the sign-in of %o", async (vars, phrase) => {
    const { html, markdown } = await bothFormats({ ...vars });
    expect(html).toContain(`sign in ${phrase} and`);
    expect(markdown).toContain(`sign in ${phrase} and`);
  });

  it("is served without a command for a host that could run something in a shell", async () => {
    const response = await websiteWith({}, { origin: "https://a$(id).example" })("/");
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("$(id)");
  });
});

describe("hostile words", () => {
  const markup = `</h1><img src=x onerror=x>"'&amp; [a](b)`;
  const hostile = defineToolset({
    name: "hostile",
    scopes: [{ name: "a`b`<i>", description: markup, baseline: true }],
    tools: [
      defineTool({
        name: "tool",
        title: `${markup}\n# Title`,
        description: `${markup}\r\n\n## Evil\n- [link](https://evil.example)\n\`\`\`\n<script>`,
        scopes: ["a`b`<i>"],
        input: z.object({}),
        output: z.object({}),
        annotations: {
          readOnlyHint: true,
          destructiveHint: false,
          idempotentHint: true,
          openWorldHint: false,
        },
        run: () => ({}),
      }),
    ],
  });
  const vars = { SERVER_NAME: markup, OIDC_NAME: `${markup}\n\n# Evil` };

  it("stay text in HTML", async () => {
    const { html } = await bothFormats(vars, { all: [hostile] });
    expect(html).not.toMatch(/<img|<script|<i>/);
    expect(html.match(/<h1>/g)).toHaveLength(1);
    expect(unescapeHtml(html)).toContain(`Use ${markup} from your AI app</h1>`);
    expect(unescapeHtml(html)).toContain(`<dd>${markup}\n# Title</dd>`);
  });

  it("stay text, in their line, in Markdown", async () => {
    const { markdown } = await bothFormats(vars, { all: [hostile] });
    const plain = await bothFormats({ OIDC_NAME: "x" }, { all: [] });
    // No line begins a heading, a fence or a list item that does not do so without them.
    const starts = (text: string) => text.match(/^(#+|`{3,}|- \[[^\]]*\]\(.)/gm);
    expect(starts(markdown)).toEqual(starts(plain.markdown));
    const line = (start: string) => markdown.split("\n").filter((one) => one.startsWith(start));
    const escaped = String.raw`\</h1\>\<img src=x onerror=x\>"'\&amp; \[a\](b)`;
    expect(line("# ")).toEqual([`# ${escaped}`]);
    expect(line("> ")[0]).toContain(`sign in with ${escaped} \\# Evil and choose`);
    expect(line("- \\<")).toEqual([
      `- ${escaped} \\# Title (\`tool\`): ${escaped} \\#\\# Evil - \\[link\\](https://evil.example) ${"\\`".repeat(3)} \\<script\\>`,
    ]);
  });
});

describe("the formats of the front page", () => {
  const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

  it.each([
    ["text/markdown", "text/markdown"],
    ["text/markdown, text/html, */*", "text/markdown"],
    ["text/html;q=0.9, text/markdown", "text/markdown"],
    ["text/html;q=0.8, Text/Markdown;q=0.9", "text/markdown"],
    ["text/markdown;q=0.1, application/json", "text/markdown"],
    [browser, "text/html"],
    ["text/html, text/markdown", "text/html"],
    ["text/html;q=0.9, text/markdown;q=0.8", "text/html"],
    ["text/markdown;q=0, text/html", "text/html"],
    ["text/markdown;q=0", "text/html"],
    ["text/*", "text/html"],
    ["*/*", "text/html"],
    ["application/json", "text/html"],
    [";;q=,,text/", "text/html"],
  ])("for Accept: %s it is %s", async (accept, type) => {
    const response = await websiteWith()("/", accept);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(`${type}; charset=utf-8`);
    expect(response.headers.get("vary")).toBe("Accept, User-Agent");
  });

  it("is at /llms.txt what agents get at /, whatever they accept", async () => {
    const get = websiteWith();
    const atRoot = await (await get("/", "text/markdown")).text();
    const llms = await get("/llms.txt", browser);
    expect(llms.headers.get("content-type")).toBe("text/markdown; charset=utf-8");
    expect(await llms.text()).toBe(atRoot);
  });

  it("leads from the page to its Markdown", async () => {
    const { html } = await bothFormats();
    expect(html).toContain('<link rel="alternate" type="text/markdown" href="/llms.txt"/>');
    expect(html).toContain('<link rel="describedby" type="text/markdown" href="/llms.txt"/>');
    expect(html).toContain('<a href="/llms.txt">');
  });

  it("has the order and the kinds of blocks of llms.txt", async () => {
    const { markdown } = await bothFormats();
    const [title, summary, ...rest] = markdown.split("\n\n");
    expect(title).toBe("# Gatehouse");
    expect(summary).toMatch(/^> [^\n]+$/);
    const [details = "", ...sections] = rest.join("\n\n").split(/^## .*\n\n/m);
    expect(details).not.toMatch(/^#/m);
    expect(sections.length).toBeGreaterThan(0);
    for (const section of sections) {
      for (const line of section.trim().split("\n")) {
        expect(line).toMatch(/^- \[[^\]]+\]\(https:\/\/[^()\s]+\): \S/);
      }
    }
  });

  it("may be cached for minutes, has the headers of all pages, and no script", async () => {
    const get = websiteWith();
    for (const response of [
      await get("/", "text/html"),
      await get("/", "text/markdown"),
      await get("/llms.txt"),
    ]) {
      expect(response.headers.get("cache-control")).toBe("public, max-age=300");
      expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      expect(response.headers.get("set-cookie")).toBeNull();
      expect(await response.text()).not.toMatch(/<script|<style|\sstyle=|\son\w+=|<img/);
    }
    expect((await get("/nowhere", "text/html")).headers.get("cache-control")).toBe("no-store");
  });
});

describe("methods", () => {
  it.each(["/", "/llms.txt", "/health"])("%s has GET and HEAD", async (path) => {
    const get = websiteWith();
    const head = await get(path, "*/*", "HEAD");
    expect([head.status, await head.text()]).toEqual([200, ""]);
    const got = await get(path);
    for (const name of ["content-type", "cache-control", "vary"]) {
      expect(head.headers.get(name)).toBe(got.headers.get(name));
    }
    const options = await get(path, "*/*", "OPTIONS");
    expect([options.status, options.headers.get("allow")]).toEqual([204, "GET, HEAD, OPTIONS"]);
    const post = await get(path, "*/*", "POST");
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
  });
});

describe("/health", () => {
  it("says name and version, fresh each time, and nothing else", async () => {
    const response = await websiteWith({ SERVER_NAME: 'Notes "&" Co' })("/health", "text/html");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toEqual({ status: "ok", name: 'Notes "&" Co', version });
  });
});
