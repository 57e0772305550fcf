import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { packageScript, projectDir, startNode } from "../../dev/server/processes.ts";
import { runWrangler } from "../../dev/server/wrangler.ts";
import { type LocalGatehouse, startLocalGatehouse } from "../support/local-gatehouse.ts";
import { connectSdkClient, OAuthMemory } from "../support/sdk-oauth.ts";

const COPIED = [
  ...["src", "dev", "test", "migrations", "public"],
  ...["package.json", "package-lock.json", "tsconfig.json", "biome.json", "vitest.config.ts"],
  ...["wrangler.jsonc", ".gitignore"],
];

/** Imports that the engine is built without, or of which it uses little: in a tool each means itself. */
const IMPORTS = `
import Ajv from "ajv";
import { parseCronExpression } from "cron-schedule";
import { z } from "zod";
import { defineTool } from "../../engine/tools/define-tool";
import { defineToolset } from "../../engine/tools/define-toolset";

const probe = defineTool({
  name: "probe",
  title: "Probe",
  description: "Uses what it imports.",
  scopes: [],
  input: z.object({ any: z.string() }),
  output: z.object({ ajv: z.string(), cron: z.number(), language: z.string(), schema: z.string() }),
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  run({ any }) {
    const fault = { instancePath: "/a", message: "is wrong", keyword: "", schemaPath: "", params: {} };
    const { error } = z.string().safeParse(1, { error: z.locales.de().localeError });
    return {
      ajv: new Ajv().errorsText([fault]),
      cron: parseCronExpression("0 9 * * *").getNextDate(new Date(0)).getUTCHours(),
      language: error?.issues[0]?.message ?? "",
      schema: z.fromJSONSchema({ type: "string" }).parse(any) as string,
    };
  },
});

export const probes = defineToolset({ name: "probes", scopes: [], tools: [probe] });
`;

const BROKEN = `
import * as z from "zod";
import { defineTool } from "../../engine/tools/define-tool";
import { defineToolset } from "../../engine/tools/define-toolset";

const annotations = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };
const texts = { title: "Dated", description: "Takes a date." };
const dated = defineTool({
  ...texts, annotations, name: "dated", scopes: [],
  input: z.object({ on: z.coerce.date() }), output: z.object({}), run: () => ({}),
});
export const broken = defineToolset({ name: "broken", scopes: [], tools: [dated] });
`;

let copy: string;
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "gatehouse-readme-"));
  for (const name of COPIED) {
    await cp(join(projectDir, name), join(copy, name), { recursive: true });
  }
  await symlink(join(projectDir, "node_modules"), join(copy, "node_modules"));
}, 60_000);
afterAll(() => rm(copy, { recursive: true, force: true }));

/** What a fresh clone has only after `npm run check`: the types of the bindings. */
async function makeTypes(): Promise<void> {
  await runWrangler([
    ...["types", join(copy, "worker-configuration.d.ts"), "--strict-vars=false"],
    ...["--config", join(copy, "wrangler.jsonc")],
  ]);
}

/** Writes the blocks of a document that stand after the name of their file. */
async function writeBlocksOf(document: string): Promise<string[]> {
  const text = await readFile(join(projectDir, document), "utf8");
  const blocks = [...text.matchAll(/`(src\/tools\/[\w/.-]+\.ts)`:\n\n```ts\n(.*?)```/gs)];
  for (const [, file = "", code = ""] of blocks) await write(file, code);
  return blocks.map(([, file = ""]) => file);
}

async function write(file: string, code: string): Promise<void> {
  await mkdir(dirname(join(copy, file)), { recursive: true });
  await writeFile(join(copy, file), code);
}

/** Adds a toolset to those of the server, as README.md says. */
async function addToolset(name: string): Promise<void> {
  const file = join(copy, "src/server.ts");
  const code = await readFile(file, "utf8");
  expect(code).toContain("toolsets: [");
  const added = code.replace("toolsets: [", `toolsets: [${name}, `);
  await writeFile(file, `import { ${name} } from "./tools/${name}";\n${added}`);
}

/** Does what docs/tools.md says of a binding: wrangler.jsonc, the types, the server's definition. */
async function addBinding(): Promise<void> {
  const text = await readFile(join(projectDir, "docs/tools.md"), "utf8");
  const [, binding = ""] = /```json\n(.*?)\n```/s.exec(text) ?? [];
  const [, context = ""] = /```ts\n( {2}context: .*?)```/s.exec(text) ?? [];
  await edit("wrangler.jsonc", /^\{/, `{\n${binding},`);
  await edit("src/server.ts", /^ {2}toolsets:/m, `${context}  toolsets:`);
  await edit("src/server.ts", /^/, 'import { filesOf } from "./tools/files/files";\n');
  await makeTypes();
}

async function edit(name: string, pattern: RegExp, replacement: string): Promise<void> {
  const file = join(copy, name);
  const code = await readFile(file, "utf8");
  expect(code).toMatch(pattern);
  await writeFile(file, code.replace(pattern, replacement));
}

/** Does what README.md says of a document. */
async function makeToolsOfDocument(): Promise<void> {
  const readme = await readFile(join(projectDir, "README.md"), "utf8");
  const [, operation = ""] = /operations\.yaml`.*?```yaml\n(.*?)```/s.exec(readme) ?? [];
  const command = join(copy, "dev/commands/openapi.ts");
  const document = join(copy, "test/fixture/tickets.yaml");
  await run(command, [document, "--name", "tickets"]);
  await edit("src/tools/tickets/operations.yaml", /^ {2}GET \/tickets:\n( {4}.*\n)+/m, operation);
  await run(command, ["--name", "tickets"]);
  await edit("src/server.ts", /apis: \[/, "apis: [ticketsApi, ");
  await edit("src/server.ts", /^/, 'import { ticketsApi } from "./tools/tickets/api";\n');
  await addToolset("tickets");
}

/** What wrangler.jsonc has wrangler run before a build, of the copy. */
const prebuild = () => join(copy, "dev", "bundle", "prebuild.ts");

async function run(script: string, args: readonly string[]): Promise<void> {
  const process = startNode(script, args);
  const code = await process.exited;
  expect(code, process.output()).toBe(0);
}

describe("the tools of README.md and docs/tools.md, as they stand there", () => {
  let files: string[];
  beforeAll(async () => {
    files = [];
    for (const document of ["README.md", "docs/testing.md", "docs/tools.md"]) {
      files.push(...(await writeBlocksOf(document)));
    }
    await addToolset("reminders");
    await addToolset("files");
    await addBinding();
    await makeToolsOfDocument();
    // A bound, not a measurement: it starts wrangler.
  }, 60_000);

  it("are tools, their toolsets and a test", () => {
    expect(files.map((file) => file.replace("src/tools/", ""))).toEqual([
      ...["add-reminder.ts", "index.ts", "add-reminder.test.ts"].map((file) => `reminders/${file}`),
      ...["files.ts", "read-file.ts", "index.ts"].map((file) => `files/${file}`),
    ]);
  });

  it("are formatted, and have their types", async () => {
    const biome = packageScript("@biomejs/biome", "bin/biome");
    const added = files.map((file) => join(copy, file));
    await run(biome, ["check", "--config-path", copy, "--vcs-enabled=false", ...added]);
    await run(packageScript("typescript", "bin/tsc"), ["-p", copy]);
  });

  it("pass their test", async () => {
    const folder = "src/tools/reminders";
    await run(packageScript("vitest", "vitest.mjs"), [
      ...["run", "--root", copy, "--project", "unit", folder],
    ]);
  });

  describe("in a server that is built as it is deployed", () => {
    let gatehouse: LocalGatehouse;
    beforeAll(async () => {
      await write("src/tools/probes/index.ts", IMPORTS);
      await addToolset("probes");
      await run(prebuild(), []);
      gatehouse = await startLocalGatehouse({
        persistDir: join(copy, ".wrangler", "test"),
        wranglerConfig: join(copy, "wrangler.jsonc"),
      });
      // A bound, not a measurement: two builds and a start.
    }, 240_000);
    afterAll(() => gatehouse?.stop());

    const connect = async () => {
      const memory = new OAuthMemory({ person: "alice" });
      const { client, close } = await connectSdkClient(`${gatehouse.origin}/mcp`, memory);
      onTestFinished(close);
      return client;
    };

    it("are listed and called", async () => {
      const client = await connect();
      const { tools } = await client.listTools();
      const names = tools.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(["add_reminder", "find_tickets"]));
      const reminder = { text: "Water the plants", on: "2027-01-31" };
      const added = await client.callTool({ name: "add_reminder", arguments: reminder });
      expect(added.structuredContent).toMatchObject({ on: "2027-01-31" });
      const mistyped = { ...reminder, txet: "" };
      const refused = await client.callTool({ name: "add_reminder", arguments: mistyped });
      expect(JSON.stringify(refused.content)).toContain("did you mean");
      expect(refused._meta).toMatchObject({ "gatehouse/error-code": "arguments_invalid" });
    });

    it("reach the binding that the definition hands on", async () => {
      const client = await connect();
      const none = await client.callTool({ name: "read_file", arguments: { name: "plan.txt" } });
      expect(none._meta).toMatchObject({ "gatehouse/error-code": "file_unknown" });
    });

    it("stand beside tools that import zod, ajv and cron-schedule whole", async () => {
      const client = await connect();
      const probed = await client.callTool({ name: "probe", arguments: { any: "thing" } });
      expect(probed.structuredContent).toEqual({
        ajv: "data/a is wrong",
        cron: 9,
        language: "Ungültige Eingabe: erwartet string, erhalten Zahl",
        schema: "thing",
      });
    });
  });
});

it("a tool that no client could list is refused by the build, with its name", async () => {
  await write("src/tools/broken/index.ts", BROKEN);
  await addToolset("broken");
  const build = startNode(prebuild(), []);
  expect(await build.exited).not.toBe(0);
  expect(build.output()).toContain('The input of the tool "dated" has no JSON Schema');
});
