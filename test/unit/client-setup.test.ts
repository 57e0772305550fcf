import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { clientSetups } from "../../src/engine/website/client-setup";
import { command, pasteText } from "../../src/engine/website/paste";

const URL_OF_MCP = "https://mcp.example.com:8443/mcp";

function setupOf(client: string, { name = "Gatehouse", url = URL_OF_MCP } = {}) {
  const setup = clientSetups(name, url).find((one) => one.client === client);
  if (setup === undefined) throw new Error(`There is no set-up of ${client}`);
  return setup;
}

/** The parameters of an address, decoded once. */
function parametersOf(address: string | undefined) {
  return new URL(address ?? "").searchParams;
}

describe("the set-up of each client", () => {
  it.each(clientSetups("Gatehouse", URL_OF_MCP))(
    "$client: names the MCP URL in what is pasted",
    ({ paste }) => {
      expect(pasteText(paste)).toContain(URL_OF_MCP);
      expect(pasteText(paste, 0)).not.toContain("\n");
    },
  );

  it.each(clientSetups("Gatehouse", URL_OF_MCP))("$client: says where it goes", (setup) => {
    expect(setup.where).toMatch(/^[A-Z].*:$/);
    expect(setup.next).toMatch(/^[A-Z].*\.$/);
    for (const sentence of [setup.where, setup.next]) {
      expect(sentence.split("`").length % 2, "backticks come in pairs").toBe(1);
    }
  });

  it("is stated once a client", () => {
    const clients = clientSetups("Gatehouse", URL_OF_MCP).map(({ client }) => client);
    expect(clients).toEqual([
      "Claude",
      "ChatGPT",
      "Cursor",
      "VS Code",
      "Claude Code",
      "Claude Desktop",
      "mcp-remote",
      "MCP Inspector",
    ]);
  });

  it("is what each client's documentation asks for", () => {
    const pasted = (client: string) => pasteText(setupOf(client).paste, 0);
    expect(pasted("Claude Code")).toBe(`claude mcp add --transport http gatehouse ${URL_OF_MCP}`);
    expect(pasted("Cursor")).toBe(`{"mcpServers":{"gatehouse":{"url":"${URL_OF_MCP}"}}}`);
    expect(pasted("VS Code")).toBe(
      `{"servers":{"gatehouse":{"type":"http","url":"${URL_OF_MCP}"}}}`,
    );
    expect(pasted("Claude Desktop")).toBe(
      `{"mcpServers":{"gatehouse":{"command":"npx","args":["-y","mcp-remote","${URL_OF_MCP}"]}}}`,
    );
    expect(pasted("mcp-remote")).toBe(`npx -y mcp-remote ${URL_OF_MCP}`);
    expect(pasted("MCP Inspector")).toBe(
      `npx @modelcontextprotocol/inspector --transport http --server-url ${URL_OF_MCP}`,
    );
  });
});

it("README.md says the same for npm start", () => {
  const readme = readFileSync(`${import.meta.dirname}/../../README.md`, "utf8");
  for (const { client, paste, obstacle } of clientSetups(
    "Gatehouse",
    "http://localhost:8788/mcp",
  )) {
    if (obstacle === undefined) expect(readme, client).toContain(`\`${pasteText(paste, 0)}\``);
  }
});

describe("the links that fill everything in", () => {
  const name = `Notes & "Co" (β) 100%`;

  it("open Claude's dialog with the server's own name", () => {
    const { install } = setupOf("Claude", { name });
    expect(install?.web).toMatch(/^https:\/\/claude\.ai\/customize\/connectors\?/);
    expect(Object.fromEntries(parametersOf(install?.web))).toEqual({
      modal: "add-custom-connector",
      connectorName: name,
      connectorUrl: URL_OF_MCP,
    });
  });

  it("open Cursor, by its scheme and by its website", () => {
    const { install } = setupOf("Cursor", { name });
    expect(install?.app).toMatch(/^cursor:\/\/anysphere\.cursor-deeplink\/mcp\/install\?/);
    expect(install?.web).toMatch(/^https:\/\/cursor\.com\/en\/install-mcp\?/);
    for (const address of [install?.app, install?.web]) {
      expect(parametersOf(address).get("name")).toBe("notes-co-100");
      expect(JSON.parse(atob(parametersOf(address).get("config") ?? ""))).toEqual({
        url: URL_OF_MCP,
      });
    }
    const padded = setupOf("Cursor", { url: "https://mcp.example.com/mcp" }).install;
    expect(padded?.app).toMatch(/&config=\w+%3D%3D$/);
  });

  it("open VS Code, by its scheme and by its redirect", () => {
    const { install } = setupOf("VS Code", { name });
    const [before, query] = install?.app?.split("?") ?? [];
    expect(before).toBe("vscode:mcp/install");
    expect(JSON.parse(decodeURIComponent(query ?? ""))).toEqual({
      name: "notes-co-100",
      type: "http",
      url: URL_OF_MCP,
    });
    expect(install?.web).toMatch(/^https:\/\/insiders\.vscode\.dev\/redirect\?/);
    expect(parametersOf(install?.web).get("url")).toBe(install?.app);
  });

  it("hold nothing that would end a link in Markdown or an attribute in HTML", () => {
    for (const { install } of clientSetups(`a)b(c'd"e<f>g\`h!i*`, URL_OF_MCP)) {
      for (const address of [install?.app, install?.web]) {
        expect(address ?? "").toMatch(/^[\w\-.~:/?=&%]*$/);
      }
    }
  });
});

describe("a server on this computer", () => {
  it.each(["http://localhost:8788/mcp", "http://127.0.0.1/mcp", "http://[::1]:8788/mcp"])(
    "%s is out of reach for hosted clients, who are told so",
    (url) => {
      const setups = clientSetups("Gatehouse", url);
      const stopped = setups.filter(({ obstacle }) => obstacle !== undefined);
      expect(stopped.map(({ client }) => client)).toEqual(["Claude", "ChatGPT"]);
      for (const { install } of stopped) expect(install).toBeUndefined();
    },
  );

  it("is no obstacle where it is deployed", () => {
    for (const { obstacle } of clientSetups("Gatehouse", URL_OF_MCP))
      expect(obstacle).toBeUndefined();
  });
});

describe("the name of an entry", () => {
  const entryFor = (name: string) =>
    pasteText(setupOf("Claude Code", { name }).paste).split(" ").at(-2);

  it("is made of the server's name, and no name becomes an option", () => {
    expect(entryFor("Café Notes, Inc.")).toBe("cafe-notes-inc");
    expect(entryFor("--scope user")).toBe("scope-user");
  });

  it("is made of the host where no letter of the name can stand there", () => {
    expect(entryFor("日本")).toBe("mcp-example-com");
  });
});

describe("a command", () => {
  it("quotes what a shell would take for a pattern", () => {
    expect(pasteText(command("x", "http://[::1]:1/mcp"))).toBe(`x "http://[::1]:1/mcp"`);
  });

  it("is refused rather than let a host run something", () => {
    for (const host of ["a$(id).example", "a;id.example", "a`id`.example", "a'b.example", "a&b"]) {
      const { href, hostname } = new URL(`https://${host}/mcp`);
      expect(hostname, "such a host is one to URL parsers").toBe(host);
      expect(() => clientSetups("Gatehouse", href), host).toThrow(TypeError);
    }
  });
});
