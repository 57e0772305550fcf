import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Miniflare } from "miniflare";
import { unstable_splitSqlQuery } from "wrangler";
import { projectDir } from "../../dev/server/processes.ts";

/** Brings the database of Gatehouse to where the migrations of this repository bring it. */
export async function applyMigrations(
  miniflare: Miniflare,
  binding: string,
  worker: string | undefined,
): Promise<void> {
  const database = await miniflare.getD1Database(binding, worker);
  const folder = join(projectDir, "migrations");
  for (const file of (await readdir(folder)).toSorted()) {
    const statements = unstable_splitSqlQuery(await readFile(join(folder, file), "utf8"));
    await database.batch(statements.map((statement) => database.prepare(statement)));
  }
}
