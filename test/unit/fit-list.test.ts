import { join } from "node:path";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { projectDir } from "../../dev/server/processes.ts";
import { estimateTokens } from "../../src/engine/answers/tokens";
import { callTool } from "../../src/engine/testing";
import { defineTool, type Tool } from "../../src/engine/tools/define-tool";
import { definitionProblems } from "../../src/engine/tools/definition-problems";
import { fitList } from "../../src/engine/tools/fit-list";

const noteSchema = z.object({ id: z.int(), text: z.string() });
type Note = z.output<typeof noteSchema>;

const notesOf = (count: number, text = "some words about something"): Note[] =>
  Array.from({ length: count }, (_, id) => ({ id, text: `${text} ${id}` }));

type Options = {
  readonly list?: string;
  readonly readOnly?: boolean;
  readonly text?: (output: { notes: Note[]; total: number }) => string;
  readonly input?: z.ZodObject;
};

function listNotes(
  notes: () => Note[],
  { list = "notes", readOnly = true, ...rest }: Options = {},
) {
  return defineTool({
    name: "list_notes",
    title: "List notes",
    description: "Lists notes.",
    scopes: {
      among: ["notes:read", "notes:all"],
      needed: ({ all }) => [all ? "notes:all" : "notes:read"],
    },
    input: rest.input ?? z.object({ all: z.boolean().optional() }),
    output: z.object({ notes: z.array(noteSchema), total: z.int() }),
    annotations: {
      readOnlyHint: readOnly,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    run: () => ({ notes: notes(), total: notes().length }),
    ...(rest.text && { text: rest.text }),
    fit: fitList(list, { budgetTokens: 2_000 }),
  });
}

const outputSchema = z.strictObject({
  notes: z.array(noteSchema),
  total: z.int(),
  left_out: z.string().optional(),
  continue_from: z.string().optional(),
});

async function parsed(tool: Tool, args: unknown) {
  const result = await callTool(tool, args);
  if (!result.ok) throw new Error(result.message);
  for (const text of [result.text, JSON.stringify(result.output)]) {
    expect(estimateTokens(text)).toBeLessThanOrEqual(2_000);
  }
  return { ...outputSchema.parse(result.output), text: result.text };
}

describe("a tool with a list that fits", () => {
  it("gives a short one whole, as any other tool does", async () => {
    const result = await callTool(
      listNotes(() => notesOf(2)),
      {},
    );
    expect(result).toEqual({
      ok: true,
      output: { notes: notesOf(2), total: 2 },
      text: '{"total":2}\nnotes: 2 rows\nid\ttext\n0\tsome words about something 0\n1\tsome words about something 1',
    });
  });

  it("cuts a long one between two items, says so, and goes on until its end", async () => {
    const tool = listNotes(() => notesOf(500));
    const seen: Note[] = [];
    let page = await parsed(tool, {});
    expect(page.left_out).toMatch(/^Of 500 items, 1 to \d+ are here\. To go on, repeat the call/);
    expect(page.text.split("\n").slice(0, 3)).toEqual([
      page.left_out,
      `continue_from: ${page.continue_from}`,
      "",
    ]);
    for (;;) {
      seen.push(...page.notes);
      expect(page.total).toBe(500);
      if (page.continue_from === undefined) break;
      page = await parsed(tool, { continue_from: page.continue_from });
    }
    expect(seen).toEqual(notesOf(500));
    expect(page.left_out).toMatch(/^Of 500 items, \d+ to 500 are here\.$/);
  });

  it("measures the tool's own text, of the items that are shown", async () => {
    const text = ({ notes }: { notes: Note[] }) =>
      notes.map(({ id }) => `${id} `.repeat(40)).join("\n");
    const long = await parsed(
      listNotes(() => notesOf(300), { text }),
      {},
    );
    expect(long.notes.length).toBeLessThan(
      (
        await parsed(
          listNotes(() => notesOf(300)),
          {},
        )
      ).notes.length,
    );
    expect(long.text).toContain(`\n\n${text(long)}`);
  });

  it("refuses a cursor of other arguments, and one that nobody made", async () => {
    const tool = listNotes(() => notesOf(500));
    const { continue_from } = await parsed(tool, {});
    for (const args of [{ all: true, continue_from }, { continue_from: "page 2" }]) {
      expect(await callTool(tool, args)).toMatchObject({ ok: false, code: "cursor_invalid" });
    }
    expect(await callTool(tool, { continue_from: 2 })).toMatchObject({ code: "arguments_invalid" });
  });

  it("needs the scopes that its other arguments need", () => {
    const tool = listNotes(() => []);
    expect(tool.scopesNeeded({ all: true, continue_from: "x" })).toEqual(["notes:all"]);
  });

  it("cuts the long texts of an item that is longer than a result, and goes on behind it", async () => {
    const notes = [...notesOf(1), ...notesOf(1, "long ".repeat(30_000)), ...notesOf(1, "last")];
    const tool = listNotes(() => notes);
    const first = await parsed(tool, {});
    expect(first.notes).toEqual(notes.slice(0, 1));
    const second = await parsed(tool, { continue_from: first.continue_from });
    expect(second.notes[0]?.text).toMatch(/^long long .* … \(\+\d+ characters\)$/);
    expect(second.left_out).toContain("Of 3 items, number 2 is here. Its long texts are cut.");
    const third = await parsed(tool, { continue_from: second.continue_from });
    expect(third.notes).toEqual(notes.slice(2));
  });

  it("says so when the list has become shorter than where it would go on", async () => {
    const notes = notesOf(500);
    const tool = listNotes(() => notes);
    const { continue_from } = await parsed(tool, {});
    notes.length = 3;
    expect(await parsed(tool, { continue_from })).toMatchObject({
      notes: [],
      left_out: "There are no more than 3 items.",
    });
  });

  it("offers no cursor where it changes something: what does not fit is left out", async () => {
    const tool = listNotes(() => notesOf(500), { readOnly: false });
    const { left_out, continue_from } = await parsed(tool, {});
    expect(continue_from).toBeUndefined();
    expect(left_out).toMatch(/The rest is left out\.$/);
    expect(tool.inputSchema().properties).not.toHaveProperty("continue_from");
    expect(await callTool(tool, { continue_from: "x" })).toMatchObject({
      code: "arguments_invalid",
    });
  });

  it("declares what it adds", () => {
    const tool = listNotes(() => []);
    expect(tool.inputSchema().properties).toHaveProperty("continue_from.type", "string");
    expect(tool.inputSchema()).toMatchObject({ additionalProperties: false });
    expect(
      Object.keys(z.record(z.string(), z.unknown()).parse(tool.outputSchema().properties)),
    ).toEqual(["notes", "total", "left_out", "continue_from"]);
  });

  it("is checked as a definition: the list is there, no name is taken, the budget has room", () => {
    const problemsOf = (options: Options) =>
      definitionProblems([{ name: "n", scopes: [], tools: [listNotes(() => [], options)] }]);
    expect(problemsOf({})).toEqual([]);
    expect(problemsOf({ list: "total" })).toEqual([
      'The output of the tool "list_notes" has no list "total" to fit',
    ]);
    expect(problemsOf({ input: z.object({ continue_from: z.string() }) })).toEqual([
      'The tool "list_notes" has "fit" and cannot have its own "continue_from"',
    ]);
    expect(() => fitList("notes", { budgetTokens: 200 })).toThrow(/less than 1000/);
  });
});

it("costs a server nothing whose tools do not use it", async () => {
  const modulesOf = async (source: string) => {
    const { metafile } = await build({
      stdin: { contents: source, resolveDir: join(projectDir, "src/engine/tools") },
      ...{ bundle: true, write: false, metafile: true, format: "esm", platform: "neutral" },
      mainFields: ["module", "main"],
    });
    return Object.values(metafile.outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([path, { bytesInOutput }]) =>
        bytesInOutput > 0 ? [path] : [],
      ),
    );
  };
  const fitting = /src\/engine\/(?:answers|tools\/fit-)/;
  const defining = 'import { defineTool } from "./define-tool"; export { defineTool };';
  expect((await modulesOf(defining)).filter((path) => fitting.test(path))).toEqual([]);
  const using = `${defining} export { fitList } from "./fit-list";`;
  expect((await modulesOf(using)).some((path) => fitting.test(path))).toBe(true);
});
