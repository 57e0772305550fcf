import { existsSync } from "node:fs";
import { mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runOpenApi } from "../../dev/openapi/run-openapi.ts";

const minimal = 'openapi: 3.1.0\ninfo: { title: A, version: "1" }\npaths: { /a: { get: {} } }\n';
const refersTo = (ref: string) =>
  `openapi: 3.1.0\ninfo: { title: A, version: "1" }\npaths: { /a: { $ref: "${ref}" } }\n`;

let folder = "";
let origin = "";
const server = createServer((request, response) => {
  const answers: Record<string, [number, string, Record<string, string>?]> = {
    "/ok.yaml": [200, minimal],
    "/moved.yaml": [302, "", { location: "/ok.yaml" }],
    "/elsewhere.yaml": [200, refersTo("https://other.example/a.yaml")],
    "/several.yaml": [200, refersTo("part.yaml#/a")],
    "/part.yaml": [200, "a: { get: { operationId: partly } }"],
  };
  const [status, body, headers] = answers[request.url ?? ""] ?? [404, ""];
  response.writeHead(status, headers).end(body);
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gatehouse-openapi-bad-"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  await writeFile(join(tmpdir(), `${folder.split("/").at(-1)}.outside.yaml`), "a: {}");
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
  await rm(`${folder}.outside.yaml`, { force: true });
});

const run = (source: string, print: (line: string) => void = () => {}) =>
  runOpenApi([source, "--name", "bad"], { projectDir: folder, folder, print });

/** The fault of a document with this text; nothing may be written. */
async function faultOf(text: string, name = "api.yaml") {
  await writeFile(join(folder, name), text);
  const error: unknown = await run(name).catch((thrown: unknown) => thrown);
  expect(existsSync(join(folder, "src"))).toBe(false);
  return error;
}

const bomb = `a: &a [x, x, x, x, x, x, x, x, x, x]
${["b", "c", "d", "e", "f", "g", "h"].map((name, index) => `${name}: &${name} [${`*${"abcdefg"[index]}, `.repeat(10)}]`).join("\n")}`;

it.each([
  ["no document", "", "openapi_not_a_document", /no object/],
  ["a text", "just words", "openapi_not_a_document", /no object/],
  ["a list", "[1, 2]", "openapi_not_a_document", /no object/],
  ["broken JSON", '{ "openapi": "3.1.0", ', "openapi_syntax", /neither JSON nor YAML/],
  ["broken YAML", "openapi: 3.1.0\n  info: [", "openapi_syntax", /at line \d+, column/],
  [
    "what is not OpenAPI",
    "name: gatehouse\nversion: 1",
    "openapi_not_a_document",
    /neither `openapi` nor `swagger`/,
  ],
  ["a version of tomorrow", "openapi: 4.0.0\npaths: {}", "openapi_not_a_document", /4\.0\.0/],
  ["a version of yesterday", 'swagger: "1.2"\npaths: {}', "openapi_not_a_document", /1\.2/],
  ["no operations", "openapi: 3.1.0\npaths: {}", "openapi_no_operations", /#\/paths/],
  ["YAML bombs", bomb, "openapi_syntax", /alias/i],
  ["aliases that hold themselves", "a: &a { b: *a }", "openapi_syntax", /./],
  [
    "what nests without end",
    `openapi: 3.1.0\na: ${"[".repeat(5_000)}${"]".repeat(5_000)}`,
    "openapi_syntax",
    /./,
  ],
  [
    "JSON that nests without end",
    `{"a":${"[".repeat(5_000)}${"]".repeat(5_000)}}`,
    "openapi_syntax",
    /deeper than 200/,
  ],
  ["a file that is not there", refersTo("gone.yaml"), "openapi_unreadable", /gone\.yaml/],
  [
    "a file outside the folder",
    refersTo("../FOLDER.outside.yaml#/a"),
    "openapi_reference",
    /under the document's folder/,
  ],
  [
    "a web address in a file",
    refersTo("https://other.example/a.yaml"),
    "openapi_reference",
    /under the document's folder/,
  ],
  [
    "a place that is not in the other file",
    refersTo("other.yaml#/b"),
    "openapi_reference",
    /leads nowhere/,
  ],
])("names %s, and writes nothing", async (_, text, code, message) => {
  await writeFile(join(folder, "other.yaml"), "a: {}");
  const named = text.replace("FOLDER", folder.split("/").at(-1) ?? "");
  expect(await faultOf(named)).toMatchObject({ code, message: expect.stringMatching(message) });
});

it("names a link that leads out of the folder", async () => {
  await symlink(`${folder}.outside.yaml`, join(folder, "link.yaml"));
  expect(await faultOf(refersTo("link.yaml#/a"))).toMatchObject({ code: "openapi_reference" });
});

it("names a document of 40 MB without reading it", async () => {
  await writeFile(join(folder, "large.json"), "{");
  await truncate(join(folder, "large.json"), 40_000_000);
  await expect(run("large.json")).rejects.toMatchObject({ code: "openapi_too_large" });
});

it("names references of files that only lead to each other", async () => {
  await writeFile(join(folder, "one.yaml"), 'a: { $ref: "two.yaml#/a" }');
  await writeFile(join(folder, "two.yaml"), 'a: { $ref: "one.yaml#/a" }');
  expect(await faultOf(refersTo("one.yaml#/a"))).toMatchObject({
    code: "openapi_no_operations",
    place: "#/paths/~1a",
    message: expect.stringContaining("leads back to itself"),
  });
});

it("names what a URL answers, follows no redirect, and stays at its origin", async () => {
  for (const [path, code, message] of [
    ["/gone.yaml", "openapi_unreadable", /answers 404/],
    ["/moved.yaml", "openapi_unreadable", /redirect/],
    ["/elsewhere.yaml", "openapi_reference", /origin/],
  ] as const) {
    const error: unknown = await run(origin + path).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  }
  await expect(run("http://127.0.0.1:9/api.yaml")).rejects.toMatchObject({
    code: "openapi_unreadable",
  });
  await expect(run(`${origin.replace("//", "//ann:secret@")}/ok.yaml`)).rejects.toMatchObject({
    code: "openapi_usage",
  });
  expect(existsSync(join(folder, "src"))).toBe(false);
});

it("reads several files of one origin", async () => {
  const lines: string[] = [];
  expect(await run(`${origin}/several.yaml`, (line) => lines.push(line))).toBe(0);
  expect(lines.join("\n")).toContain("1 operation, 0 on");
  await rm(join(folder, "src"), { recursive: true });
});

it.each([
  [[], /--name/],
  [["--name", "Not a name"], /small letter/],
  [["a.yaml", "b.yaml", "--name", "a"], /one document/],
  [["--check", "--name", "a"], /stands alone/],
  [["--nam", "a"], /--nam/],
  [["--name", "none"], /Compile a document first/],
])("says how the command is used: %j", async (args, message) => {
  await expect(runOpenApi(args, { projectDir: folder, folder, print: () => {} })).rejects.toThrow(
    message,
  );
});
