import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectDir } from "../../../dev/server/processes.ts";

/**
 * The settings that docs/call-your-api.md names for a product: one record for each block of lines, each with what the
 * blocks before it say. What is between < and > gets a name of its own.
 *
 * @throws Error when the page has no such heading, or no lines under it.
 */
export function pageSettings(product: string): Record<string, string>[] {
  const page = readFileSync(join(projectDir, "docs/call-your-api.md"), "utf8");
  const [, section] = page.split(`\n### ${product}\n`);
  if (section === undefined) throw new Error(`The page has no “${product}”`);
  const [text = ""] = section.split(/\n##+ /);
  const blocks = [...text.matchAll(/(?:^ {4}[A-Z_]+=.*\n)+/gm)].map(([lines]) =>
    Object.fromEntries(
      lines
        .trim()
        .split("\n")
        .map((line) => {
          const [name = "", ...value] = line.trim().split("=");
          return [
            name,
            value.join("=").replaceAll(/<([^>]*)>/g, (_all, words: string) => slug(words)),
          ];
        }),
    ),
  );
  if (blocks.length === 0) throw new Error(`The page names no settings for “${product}”`);
  return blocks.map((_block, index) => Object.assign({}, ...blocks.slice(0, index + 1)));
}

const slug = (words: string) =>
  words
    .replaceAll(/[^\w ]/g, "")
    .replaceAll(" ", "-")
    .toLowerCase();
