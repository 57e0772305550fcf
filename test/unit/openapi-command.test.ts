import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { runOpenApi } from "../../dev/openapi/run-openapi.ts";
import { packageScript, projectDir, startNode } from "../../dev/server/processes.ts";

const document = (more = "", id = "integer") => `openapi: 3.0.3
info: { title: Tickets, version: "1" }
servers: [{ url: https://api.example.com/v1 }]
paths:
  /tickets:
    get:
      operationId: listTickets
      summary: List tickets
      parameters:
        - { name: per_page, in: query, schema: { type: integer } }
        - { name: debug, in: query, schema: { type: boolean } }
        - { name: q, in: query, schema: { type: string } }
    post:
      operationId: createTicket
      requestBody: { required: true, content: { application/json: { schema: { type: object, required: [text], properties: { text: { type: string }, status: { type: string }, internal: { type: string } } } } } }
  /tickets/{id}:
    delete:
      operationId: deleteTicket
      summary: Delete a ticket
      parameters: [{ name: id, in: path, required: true, schema: { type: ${id} } }]
${more}`;

/** A project in a temporary folder, and the command in it. */
async function project(files: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-openapi-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const write = async (name: string, text: string) => {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  };
  for (const [name, text] of Object.entries(files)) await write(name, text);
  const toolset = join(folder, "src/tools/tickets");
  return {
    folder,
    write,
    list: () => readdir(toolset).then((names) => names.sort()),
    read: (name: string) => readFile(join(toolset, name), "utf8"),
    catalogue: (change: (text: string) => string) =>
      readFile(join(toolset, "operations.yaml"), "utf8").then((text) =>
        write("src/tools/tickets/operations.yaml", change(text)),
      ),
    async run(...args: string[]) {
      const lines: string[] = [];
      const print = (line: string) => lines.push(line);
      const code = await runOpenApi(args, { projectDir: folder, folder, print });
      return { code, output: lines.join("\n") };
    },
  };
}

/** The command with a document compiled once. */
async function compiledOnce() {
  const made = await project({ "api.yaml": document() });
  await made.run("api.yaml", "--name", "tickets");
  return made;
}

const turnOn = (key: string) => (text: string) =>
  text.replace(`${key}:\n    on: false`, `${key}:\n    on: true`);

describe("npm run openapi", () => {
  it("writes a toolset with everything off, and says what to add to the server", async () => {
    const { run, list, read } = await project({ "api.yaml": document() });
    const { code, output } = await run("api.yaml", "--name", "tickets");
    expect(code).toBe(0);
    expect(output).toContain('import { tickets } from "./tools/tickets"');
    expect(await list()).toEqual([
      ...["api.ts", "compiled.ts", "index.ts", "openapi.json", "operations.yaml"],
    ]);
    expect(await read("api.ts")).toContain('defaultUrl: "https://api.example.com/v1"');
    expect(await read("index.ts")).toContain(
      'openApiToolset({ name: "tickets", api: ticketsApi, compiled })',
    );
    expect(await read("compiled.ts")).toContain("operations: [\n  ],");
    expect(await read("operations.yaml")).toContain(`  DELETE /tickets/{id}:
    on: false
    name: delete_ticket
    title: Delete a ticket
    scope: tickets:write
    effect: destroys
    confirm: true
`);
  });

  it("writes files that type-check and are formatted as the project's are", async () => {
    const { folder, run, catalogue } = await compiledOnce();
    await catalogue((text) => text.replaceAll("on: false", "on: true"));
    await run("--name", "tickets");
    const engine = join(projectDir, "src/engine");
    await writeFile(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        extends: join(projectDir, "tsconfig.json"),
        compilerOptions: {
          types: [],
          typeRoots: [join(projectDir, "node_modules/@types")],
          rootDir: "/",
          paths: { "*": [join(projectDir, "node_modules/*")] },
        },
        include: ["src/tools/tickets/compiled.ts"],
      }),
    );
    const compiled = join(folder, "src/tools/tickets/compiled.ts");
    const text = await readFile(compiled, "utf8");
    await writeFile(compiled, text.replace("../../engine", engine));
    const tsc = startNode(packageScript("typescript", "bin/tsc"), ["-p", folder]);
    expect({ code: await tsc.exited, output: tsc.output() }).toMatchObject({ code: 0 });
    for (const name of ["index.ts", "api.ts"]) {
      const input = await readFile(join(folder, "src/tools/tickets", name), "utf8");
      const biome = spawnSync(
        process.execPath,
        [
          packageScript("@biomejs/biome", "bin/biome"),
          "check",
          "--write",
          `--stdin-file-path=src/tools/tickets/${name}`,
        ],
        { input, cwd: projectDir, encoding: "utf8" },
      );
      expect(biome.stdout, biome.stderr).toBe(input);
    }
  });

  it("compiles what people chose: arguments fixed, left out, renamed and described, fields of the answer", async () => {
    const { run, read, catalogue } = await compiledOnce();
    await catalogue((text) =>
      turnOn("GET /tickets")(turnOn("POST /tickets")(turnOn("DELETE /tickets/{id}")(text)))
        .replace(
          "effect: reads",
          `effect: reads
    favourite: true
    parameters: { per_page: { fixed: 50 }, debug: { leave-out: true }, q: { name: words, description: What to look for } }
    answer: { fields: [items.id], leave-out: [nulls, links] }`,
        )
        .replace(
          "effect: adds",
          "effect: adds\n    body: { status: { fixed: open }, internal: { leave-out: true } }",
        )
        .replace("confirm: true", "confirm: Really?"),
    );
    const { output } = await run("--name", "tickets");
    expect(output).toContain("3 operations, 3 on");
    const compiled = await read("compiled.ts");
    const [list = "", create = "", remove = ""] = compiled
      .split("\n")
      .filter((line) => line.startsWith("    {"));
    expect(list).toContain('"favourite":true');
    expect(list).toContain(
      String.raw`{\"words\":{\"type\":\"string\",\"description\":\"What to look for\"}}`,
    );
    expect(list).toContain(
      String.raw`\"name\":\"per_page\",\"in\":\"query\",\"style\":\"form\",\"explode\":true,\"fixed\":50`,
    );
    expect(list).not.toContain("debug");
    expect(list).toContain(
      String.raw`\"fields\":[\"items.id\"],\"leaveOut\":[\"nulls\",\"links\"]`,
    );
    expect(create).toContain(
      String.raw`\"properties\":{\"text\":{\"type\":\"string\"}},\"required\":[\"text\"],\"additionalProperties\":false`,
    );
    expect(create).toContain(String.raw`\"fixed\":{\"status\":\"open\"}`);
    expect(remove).toContain('"confirm":"Really?"');
  });

  it("keeps every word and comment in a second run, adds what is new, and says what changed and went", async () => {
    const { run, read, write, catalogue } = await compiledOnce();
    await catalogue((text) =>
      turnOn("DELETE /tickets/{id}")(text)
        .replace("title: Delete a ticket", "title: 'Throw a ticket away' # as support says it")
        .replace("# Switch on", "# Ours: ask Ann before you change this.\n# Switch on")
        .replace(
          "description: See what is in Tickets",
          "description: |-\n      See your\n      tickets",
        ),
    );
    const edited = await read("operations.yaml");
    const more =
      "  /people: { get: { operationId: listPeople, deprecated: true }, delete: { operationId: deleteTicket } }\n";
    await write(
      "api.yaml",
      document(more, "string").replace("operationId: listTickets", "operationId: findTickets"),
    );
    const { output } = await run("api.yaml", "--name", "tickets");
    expect(output).toContain("Added, off:\n  GET /people\n  DELETE /people");
    expect(output).toContain("DELETE /tickets/{id} (arguments, on)");
    const updated = await read("operations.yaml");
    const [before = "", added = ""] = updated.split("\n  GET /people:");
    expect(before).toBe(`${edited.trimEnd()}\n`);
    expect(added).toContain("deprecated: true");
    expect(added).toContain("name: delete_people");

    await write("api.yaml", document(more).replace("    post:", "    x-post:"));
    await catalogue(turnOn("POST /tickets"));
    const gone = await run("api.yaml", "--name", "tickets");
    expect(gone.code).toBe(1);
    expect(gone.output).toContain("Gone:\n  POST /tickets: it is still on");
    expect(await read("operations.yaml")).toContain("effect: adds\n    gone: true");
    expect((await run("--check")).output).toContain('operations."POST /tickets"');

    await write("api.yaml", document(more));
    expect((await run("api.yaml", "--name", "tickets")).code).toBe(0);
    expect(await read("operations.yaml")).not.toContain("gone");
    expect(await read("operations.yaml")).toContain("# as support says it");
  });

  it("writes the same bytes in a run in which nothing changed", async () => {
    const { run, read, list } = await compiledOnce();
    const all = async () => Promise.all((await list()).map(read));
    const before = await all();
    await run("api.yaml", "--name", "tickets");
    await run("--name", "tickets");
    expect(await all()).toEqual(before);
  });

  it("leaves an index.ts and an api.ts that are there", async () => {
    const { run, read, write } = await project({ "api.yaml": document() });
    await write("src/tools/tickets/index.ts", "export {};");
    const { output } = await run("api.yaml", "--name", "tickets");
    expect(await read("index.ts")).toBe("export {};");
    expect(output).not.toContain("Add to src/server.ts");
  });

  it("reads several files, whose references meet in a circle", async () => {
    const { run, read, catalogue } = await project({
      "api/main.yaml": `openapi: 3.1.0
info: { title: A, version: "1" }
paths: { /a: { $ref: "paths/a.yaml" } }
components: { schemas: { A: { type: object, properties: { b: { $ref: "schemas.json#/B" } } } } }`,
      "api/paths/a.yaml": `post: { requestBody: { content: { application/json: { schema: { $ref: "../main.yaml#/components/schemas/A" }, example: { $ref: nowhere.yaml } } } } }`,
      "api/schemas.json": `{ "B": { "type": "object", "properties": { "a": { "$ref": "main.yaml#/components/schemas/A" }, "n": { "type": "integer" } } } }`,
    });
    await run("api/main.yaml", "--name", "tickets");
    await catalogue((text) => text.replace("on: false", "on: true"));
    const { output } = await run("--name", "tickets");
    expect(output).toContain("1 operation, 1 on");
    expect(await read("openapi.json")).not.toMatch(/"\$ref": "(?!#|nowhere)/);
    expect(await read("compiled.ts")).toContain(String.raw`\"n\":{\"type\":\"integer\"}`);
  });
});

describe("npm run openapi -- --check", () => {
  it("passes what is compiled, and finds what was edited and not compiled", async () => {
    const { run, catalogue, read, write } = await compiledOnce();
    expect(await run("--check")).toEqual({ code: 0, output: "" });
    await catalogue(turnOn("GET /tickets"));
    const edited = await run("--check");
    expect(edited.code).toBe(1);
    expect(edited.output).toMatch(
      /src\/tools\/tickets\/compiled\.ts: .*compiled_outdated.*npm run openapi -- --name tickets/,
    );
    await run("--name", "tickets");
    expect((await run("--check")).code).toBe(0);
    await write("src/tools/tickets/compiled.ts", `${await read("compiled.ts")} `);
    expect((await run("--check")).code).toBe(1);
  });

  it("finds a document that has more than the catalogue", async () => {
    const { run, read, write } = await compiledOnce();
    const json = await read("openapi.json");
    await write(
      "src/tools/tickets/openapi.json",
      json.replace('"/tickets": {', '"/new": { "get": {} },\n    "/tickets": {'),
    );
    expect((await run("--check")).output).toContain("such as GET /new (compiled_outdated)");
  });

  it.each([
    [
      "an unknown key of an operation",
      "effect: reads",
      "efect: reads",
      /operations\.yaml:\d+: operations\."GET \/tickets"\.efect: There is no such key\. Did you mean effect\?/,
    ],
    [
      "an unknown key of the head",
      "offer: tools",
      "ofer: tools",
      /ofer: There is no such key\. Did you mean offer\?/,
    ],
    [
      "an unknown key of a scope",
      "baseline: true",
      "basline: true",
      /scopes\."tickets:read"\.basline: There is no such key\. Did you mean baseline\?/,
    ],
    [
      "an unknown key of a parameter",
      "effect: reads",
      "effect: reads\n    parameters: { q: { leaveout: true } }",
      /parameters\.q\.leaveout: There is no such key\. Did you mean leave-out\?/,
    ],
    [
      "an unknown parameter",
      "on: false\n    name: list_tickets",
      "on: true\n    name: list_tickets\n    parameters: { qq: { fixed: 1 } }",
      /operations\."GET \/tickets"\.parameters\.qq: There is no such parameter\. There are: per_page, debug, q/,
    ],
    [
      "a required value left out",
      "on: false\n    name: delete_ticket",
      "on: true\n    name: delete_ticket\n    parameters: { id: { leave-out: true } }",
      /parameters\.id\.leave-out: The path needs this/,
    ],
    [
      "a body property that there is not",
      "on: false\n    name: create_ticket",
      "on: true\n    name: create_ticket\n    body: { txt: { fixed: 1 } }",
      /operations\."POST \/tickets"\.body\.txt: The body has no such property/,
    ],
    [
      "a scope that nobody described",
      "on: false\n    name: list_tickets\n    title: List tickets\n    scope: tickets:read",
      "on: true\n    name: list_tickets\n    title: List tickets\n    scope: tickets:reed",
      /There is no scope tickets:reed\. Did you mean tickets:read\?/,
    ],
    [
      "one name twice",
      "name: list_tickets",
      "name: create_ticket",
      /create_ticket is the name of GET \/tickets too/,
    ],
    [
      "a key twice",
      "offer: tools",
      "offer: tools\noffer: tools",
      /operations\.yaml:\d+: Map keys must be unique/,
    ],
  ])("refuses %s", async (_, from, to, message) => {
    const { run, catalogue } = await compiledOnce();
    await catalogue((text) => text.replace(from, to));
    const { code, output } = await run("--check");
    expect(code).toBe(1);
    expect(output).toMatch(message);
    expect(output).toContain("catalogue_invalid");
  });

  it("is there where no toolset comes from a document", async () => {
    const { run } = await project({});
    expect(await run("--check")).toEqual({ code: 0, output: "" });
  });
});
