import type { ConsentDescription } from "@cloudflare/workers-oauth-provider";
import { describe, expect, it } from "vitest";
import { ConsentPage, SignInFirstPage } from "../../src/engine/login/consent-page";
import { ContinuePage } from "../../src/engine/login/continue-page";
import { mixesAlphabets, tidy } from "../../src/engine/ui/client-text";
import { ErrorPage } from "../../src/engine/ui/error-page";
import type { ConsentScope } from "../../src/engine/ui/scope-list";

const scopes: ConsentScope[] = [
  { name: "notes:read", description: "Read your notes." },
  { name: "notes:write", description: "Change your notes." },
];

const website: ConsentDescription = {
  clientId: "client-1",
  clientName: "Notes Helper",
  redirectUri: "https://helper.example/callback",
  redirectHost: "helper.example",
  redirectIsLoopback: false,
  scope: ["notes:read"],
};

const request = {
  ...{ serverName: "Gatehouse", identityProviderName: "GitHub" },
  ...{ handle: `h"1`, query: "client_id=client-1" },
};
const person = { userId: "user-1", name: "Alice" };

async function consent(
  client: Partial<ConsentDescription> = {},
  shown = scopes,
  more: ConsentScope[] = [],
) {
  const groupOf = (some: readonly ConsentScope[]) =>
    some.length === 0 ? [] : [{ title: "Notes", scopes: some }];
  const page = await (
    <ConsentPage
      {...request}
      client={{ ...website, ...client }}
      groups={groupOf(shown)}
      more={groupOf(more)}
      person={person}
      isKnownToPerson={false}
    />
  );
  return String(page);
}

async function signInFirst(client: Partial<ConsentDescription> = {}) {
  return String(await (<SignInFirstPage {...request} client={{ ...website, ...client }} />));
}

async function onward(url: string) {
  return String(await (<ContinuePage serverName="Gatehouse" url={url} destination="GitHub" />));
}

/** The value of the first such attribute, as a browser would read it. */
function attribute(page: string, pattern: RegExp) {
  return pattern
    .exec(page)?.[1]
    ?.replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

describe("every page", () => {
  it("is a whole document that loads only our stylesheet and icon", async () => {
    const page = await consent();
    expect(page).toMatch(/^<!doctype html><html lang="en">/);
    expect(page.match(/<link [^>]*href="[^"]*"/g)).toEqual([
      '<link rel="icon" href="/icon.svg"',
      '<link rel="stylesheet" href="/style.css"',
    ]);
    expect(page).not.toMatch(/<script|<style|\sstyle=|\son\w+=|<img/);
  });
});

describe("ConsentPage", () => {
  it("escapes what the client chose, in text and in attributes", async () => {
    const page = await consent(
      {
        clientName: "</title><script>alert(1)</script>",
        clientDomain: "a",
        clientId: "https://a.example/<img src=x>",
      },
      [{ name: '"><b onclick=x>', description: "<i>Read</i>" }],
    );
    expect(page).toContain("&lt;/title&gt;&lt;script&gt;");
    expect(page).not.toMatch(/<script|<img|<b |<i>/);
    expect(page).toContain('value="&quot;&gt;&lt;b onclick=x&gt;"');
  });

  it("makes invisible and reordering characters of a name visible", async () => {
    const page = await consent({ clientName: "safe\u202Eedualc\u200B" });
    expect(page).toContain("<bdi>safe\uFFFDedualc\uFFFD</bdi>");
    expect(page).not.toMatch(/\u202E|\u200B/);
  });

  it("shortens a very long name and still lets it be read whole", async () => {
    const name = `Helper ${"x".repeat(500)}`;
    const page = await consent({ clientName: name });
    expect(page.split(name)).toHaveLength(2);
    expect(page).toMatch(new RegExp(`<details>.*${name}.*</details>`, "s"));
    expect(await consent()).not.toContain("Show the whole name");
  });

  it("links nothing that the client supplied", async () => {
    const page = await consent({
      clientUri: "javascript:alert(1)",
      logoUri: "https://evil.example/logo.png",
    });
    expect(page).not.toMatch(/javascript:|logo\.png/);
    expect(page.match(/<a [^>]*>/g)).toEqual(['<a href="/">', '<a href="/connections">']);
  });

  it("shows where access goes, never cut short", async () => {
    const host = `accounts.google.com.${"a".repeat(60)}.${"b".repeat(60)}.evil.example`;
    const page = await consent({ redirectUri: `https://${host}/cb`, redirectHost: host });
    expect(page).toContain(`<bdi>${host}</bdi>`);
    expect(page).not.toContain("…");
  });

  it("does not let an app's own scheme look like a website", async () => {
    const page = await consent({
      redirectUri: "notes://accounts.google.com/callback",
      redirectHost: "accounts.google.com",
    });
    expect(page).toContain("<bdi>notes://accounts.google.com</bdi>");
    expect(page).not.toContain("<bdi>accounts.google.com</bdi>");
  });

  it("warns about this computer only when access goes to it", async () => {
    const local = await consent({
      redirectUri: "http://127.0.0.1:8123/cb",
      redirectHost: "127.0.0.1",
      redirectIsLoopback: true,
    });
    expect(local).toContain('id="loopback-warning"');
    expect(local).toMatch(/value="approve"[^>]* aria-describedby="loopback-warning"/);
    expect(await consent()).not.toMatch(/loopback-warning|this computer/);
  });

  it("calls a domain verified only when there is one, and else says the name is not", async () => {
    const clientId = "https://claude.ai/client.json";
    const verified = await consent({ clientId, clientDomain: "claude.ai" });
    expect(verified).toContain(`<bdi>${clientId}</bdi>`);
    expect(verified).toContain("<bdi>claude.ai</bdi>");
    expect(verified).toContain("Verified domain");
    expect(verified).not.toContain("Not verified");

    const unverified = await consent();
    expect(unverified).toContain("Not verified");
    expect(unverified).not.toContain("Verified domain");
  });

  it.each([
    ["https://apps.example:8443/u/mallory/client.json", "apps.example:8443"],
    ["https://raw.githubusercontent.com/mallory/client.json", "raw.githubusercontent.com"],
    ["https://203.0.113.7/client.json", undefined],
    ["https://[2001:db8::1]/client.json", undefined],
    ["https://intranet/client.json", undefined],
  ])("shows all of the address of the document %s", async (clientId, host) => {
    const page = await consent({ clientId, clientDomain: new URL(clientId).hostname });
    expect(page.includes("Verified domain")).toBe(host !== undefined);
    expect(page.includes("Not verified")).toBe(host === undefined);
    if (host === undefined) return;
    expect(page).toContain(`<bdi>${host}</bdi>`);
    expect(page).toContain(`<bdi>${clientId}</bdi>`);
  });

  it("shows the port of a website that access goes to", async () => {
    const page = await consent({ redirectUri: "https://helper.example:8443/callback" });
    expect(page).toContain("<bdi>helper.example:8443</bdi>");
  });

  it("looks at a bounded part of a name that is far too long", async () => {
    const page = await consent({ clientName: "a\u200b ".repeat(300_000) });
    expect(page.length).toBeLessThan(20_000);
  });

  it("ticks each scope that was asked for, and only offers the others", async () => {
    const page = await consent({}, scopes, [
      { name: "notes:delete", description: "Delete your notes.", isTicked: false },
    ]);
    expect(page).toContain("Give it more (1)");
    expect(page).toMatch(/<details>.*notes:delete.*<\/details>/s);
    const boxes = page.match(/<input type="checkbox"[^>]*>/g) ?? [];
    expect(
      boxes.map((box) => [attribute(box, /value="([^"]*)"/), box.includes("checked")]),
    ).toEqual([
      ["notes:read", true],
      ["notes:write", true],
      ["notes:delete", false],
    ]);
    expect(boxes.every((box) => box.includes('name="scope"'))).toBe(true);
    expect(page).toContain("Change your notes.");
  });

  it("says so when the client asks for no scope", async () => {
    const page = await consent({}, []);
    expect(page).toContain("asks for no permissions");
    expect(page).not.toMatch(/checkbox|fieldset/);
  });

  it("posts the handle and a decision, and lets a stray Enter decide nothing", async () => {
    const page = await consent();
    expect(page).toContain('<form method="post" action="/authorize">');
    expect(attribute(page, /name="handle" value="([^"]*)"/)).toBe('h"1');
    const buttons = page.match(/<button[^>]*>/g) ?? [];
    expect(buttons[0]).toContain('formmethod="dialog"');
    expect(buttons[0]).not.toContain("decision");
    expect(buttons[1]).toContain('name="decision" value="switch"');
    expect(buttons[2]).toContain('name="decision" value="approve"');
    expect(buttons[3]).toContain('name="decision" value="deny"');
  });

  it("says as whom, and posts to whom it was shown", async () => {
    const page = await consent();
    expect(page).toContain("Signed in as <strong><bdi>Alice</bdi></strong>");
    expect(attribute(page, /name="person" value="([^"]*)"/)).toBe("user-1");
  });

  it("marks what changes or deletes, and what was allowed before, at its line", async () => {
    const page = await consent({}, [
      { name: "a", description: "Read.", effect: "reads" },
      { name: "b", description: "Write.", effect: "changes", wasGiven: true },
      { name: "c", description: "Delete.", effect: "deletes" },
    ]);
    const lines = (page.match(/<li>.*?<\/li>/gs) ?? []).map((line) =>
      line.replace(/<code.*<\/code>/s, "").replace(/<[^>]*>/g, ""),
    );
    expect(lines).toEqual(["Read.", "Write. makes changes allowed before", "Delete. can delete"]);
  });

  it.each<[string, Partial<ConsentDescription>, string | undefined]>([
    ["Claude's own callback", { redirectUri: "https://claude.ai/api/mcp/auth_callback" }, "Claude"],
    [
      "an address of ChatGPT's for connectors",
      { redirectUri: "https://chatgpt.com/connector/oauth/abc" },
      "ChatGPT",
    ],
    ["another address there", { redirectUri: "https://claude.ai/elsewhere" }, undefined],
    ["a name alone", { clientName: "Claude" }, undefined],
    [
      "a loopback address of VS Code's",
      { redirectUri: "http://127.0.0.1:33418/", redirectIsLoopback: true },
      undefined,
    ],
    [
      "a scheme that any app can take",
      { redirectUri: "cursor://anysphere.cursor-mcp/oauth/callback" },
      undefined,
    ],
    [
      "a stranger's document with Claude's callback",
      {
        clientId: "https://evil.example/client.json",
        clientDomain: "evil.example",
        redirectUri: "https://claude.ai/api/mcp/auth_callback",
      },
      undefined,
    ],
  ])("knows a client by what it cannot make up: %s", async (_what, client, known) => {
    const page = await consent(client);
    expect(page.includes("Known app")).toBe(known !== undefined);
    if (known !== undefined) {
      expect(page).toContain(`Allow “<bdi>${known}</bdi>” to use`);
      expect(page).toContain("It calls itself “<bdi>Notes Helper</bdi>”");
    }
  });

  it("knows a maker's own document, and names the client as that does", async () => {
    const clientId = "https://claude.ai/oauth/claude-code-client-metadata";
    const clientName = "Claude Code";
    const page = await consent({ clientId, clientDomain: "claude.ai", clientName });
    expect(page).toContain("Known app");
    expect(page).toContain("Allow “<bdi>Claude Code</bdi>”");
  });
});

describe("SignInFirstPage", () => {
  it("names the client as the consent page does, and asks for nothing yet", async () => {
    const loopback = { redirectUri: "http://127.0.0.1:1/", redirectIsLoopback: true };
    const page = await signInFirst({ clientName: "<b>\u202E", ...loopback });
    expect(page).toContain("“<bdi>&lt;b&gt;\uFFFD</bdi>” wants to use Gatehouse for you");
    expect(page).toContain("Not verified");
    expect(page).toContain('id="loopback-warning"');
    expect(page).not.toMatch(/checkbox|value="approve"|http-equiv/);
    const buttons = page.match(/<button[^>]*>/g) ?? [];
    expect(buttons[0]).toContain('formmethod="dialog"');
    expect(buttons[1]).toContain('name="decision" value="sign-in"');
    expect(buttons[2]).toContain('name="decision" value="deny"');
  });
});

describe("ContinuePage", () => {
  it("refreshes to, and links, exactly the URL it was given", async () => {
    const url = new URL(`https://idp.example/a?b=1&c=';url=https://evil.example/;"<x>#d'`).href;
    const page = await onward(url);
    expect(attribute(page, /<meta http-equiv="refresh" content="([^"]*)"/)).toBe(`0;url=${url}`);
    expect(attribute(page, /<a [^>]*id="continue" href="([^"]*)"/)).toBe(url);
    expect(page).not.toMatch(/content="[^"]*['<]/);
  });

  it("follows a client's own scheme, and none that would act in this page", async () => {
    expect(await onward("cursor://callback?code=1")).toContain('href="cursor://callback?code=1"');
    for (const url of [
      "javascript:alert(1)",
      " JavaScript:alert(1)",
      "data:text/html,x",
      "/there",
    ]) {
      await expect(onward(url), url).rejects.toThrow(TypeError);
    }
  });

  it("is the only page that refreshes", async () => {
    expect(await onward("https://idp.example/")).toContain("http-equiv");
    expect(await consent()).not.toContain("http-equiv");
  });
});

describe("ErrorPage", () => {
  it("tells what happened, and a reference only if there is one", async () => {
    const props = { serverName: "Gatehouse", title: "Expired", message: "<b>", advice: "Retry." };
    const page = String(await (<ErrorPage {...props} reference="ref-1" />));
    expect(page).toContain("&lt;b&gt;");
    expect(page).toContain("Retry.");
    expect(page).toContain("ref-1");
    expect(String(await (<ErrorPage {...props} />))).not.toContain("Reference");
  });
});

describe("client text", () => {
  it("keeps the joiners that Persian and emoji need", () => {
    expect(tidy("می‌خواهم 👩‍💻")).toBe("می‌خواهم 👩‍💻");
  });

  it("puts a name on one line and stops towers of marks", () => {
    expect(tidy(" a\n\n\tb ")).toBe("a b");
    expect(tidy(`z${"\u0301".repeat(50)}`)).toBe(`z${"\u0301".repeat(4)}`);
  });

  it("notices letters of two alphabets in one word, not in one name", () => {
    expect(mixesAlphabets("\u0421laude")).toBe(true);
    expect(mixesAlphabets("Заметки Claude")).toBe(false);
  });
});
