import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectDir } from "../../dev/server/processes.ts";

const source = globSync("src/engine/**/*.{ts,tsx}", { cwd: projectDir })
  .map((file) => readFileSync(join(projectDir, file), "utf8"))
  .join("\n");
const operations = readFileSync(join(projectDir, "docs/operations.md"), "utf8");

/** Each call of console, as far as its first closing parenthesis that ends a statement. */
const calls = [...source.matchAll(/console\.(\w+)\((.*?)\)(;|\n)/gs)].map(
  ([, level = "", text = ""]) => ({ level, text }),
);
const logged = calls.map(({ level, text }) => `${/event: "(\w+)"/.exec(text)?.[1]} ${level}`);

describe("docs/operations.md", () => {
  it("explains every event of the code at its level, and no other", () => {
    const rows = [...operations.matchAll(/^\| `(\w+)` \| (log|warn|error) \|/gm)];
    const explained = rows.map(([, event, level]) => `${event} ${level}`);
    expect(explained.toSorted()).toEqual([...new Set(logged)].toSorted());
  });

  it("alerts on events that there are", () => {
    const [, alerts = ""] = operations.split(/## What to alert on|## What each event means/);
    const named = [...alerts.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, event]) => event);
    expect(named).not.toHaveLength(0);
    for (const event of named) expect(logged.join("\n")).toContain(`${event} `);
  });
});

it("an error's message is in no line of the log as it is", () => {
  expect(calls.length).toBeGreaterThan(30);
  for (const { text } of calls) {
    expect(text).not.toMatch(/String\(|\.stack|\berror: error\s*[,}]|[{,]\s*error\s*[,}]/);
  }
});
