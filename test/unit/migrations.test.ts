import { cp, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readD1Migrations } from "@cloudflare/vitest-plugin";
import { expect, it } from "vitest";

/** Applied under these names everywhere: a rename would apply them again. */
const NUMBERED = ["0001_person_records.sql", "0002_audit.sql"];

it("names of migrations leave the next number to whoever builds on this", async () => {
  const names = (await readdir("migrations")).toSorted();
  expect(names.slice(0, NUMBERED.length)).toEqual(NUMBERED);
  for (const name of names.slice(NUMBERED.length))
    expect(name).toMatch(/^gatehouse_\d{4}_\w+\.sql$/);
});

it("are read in the order in which they build on each other, with others' between", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-migrations-"));
  try {
    await cp("migrations", folder, { recursive: true });
    await writeFile(join(folder, "0003_mine.sql"), "CREATE TABLE mine (id TEXT) STRICT;");
    const names = (await readD1Migrations(folder)).map(({ name }) => name);
    expect(names.slice(0, 3)).toEqual([...NUMBERED, "0003_mine.sql"]);
    expect(names[3]).toBe("gatehouse_0003_calls_by_person.sql");
  } finally {
    await rm(folder, { recursive: true });
  }
}, 60_000);
