import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { findLocalApis, findSignInApis } from "../../dev/local-apis/find-local-apis.ts";

/** A project with these local APIs, by the folders of their toolsets. */
async function projectWith(modules: Record<string, string>): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), "gatehouse-local-apis-"));
  onTestFinished(() => rm(project, { recursive: true, force: true }));
  for (const [toolset, code] of Object.entries(modules)) {
    const file = join(project, "src/tools", toolset, "local-api/index.ts");
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, code);
  }
  return project;
}

const exchange = `export const localApi = {
  by: "exchange", name: "the shop", scopes: ["read"], start: async () => undefined,
};`;
const signIn = `export const localApi = {
  by: "sign-in", name: "a bank", identityProvider: "bank", start: async () => undefined,
  examples: { about: "Accounts", calls: [{ tool: "accounts", person: "bob" }] },
};`;

it("finds what toolsets bring, and nothing where they bring nothing", async () => {
  const project = await projectWith({ shop: exchange, bank: signIn });
  expect(await findLocalApis(project)).toMatchObject([
    { by: "sign-in", examples: { calls: [{ person: "bob" }] } },
    { by: "exchange", scopes: ["read"] },
  ]);
  expect(await findSignInApis(project)).toMatchObject([{ identityProvider: "bank" }]);
  expect(await findLocalApis(await projectWith({}))).toEqual([]);
});

it.each([
  ["exports none", "export const api = 1;"],
  ["cannot be started", exchange.replace("start", "begin")],
  ["is of no kind", exchange.replace('"exchange"', '"magic"')],
  ["shows a call of nobody known", signIn.replace('"bob"', '"carol"')],
])("names the module that %s", async (_what, code) => {
  const project = await projectWith({ shop: code });
  await expect(findLocalApis(project)).rejects.toThrow(
    /^src\/tools\/shop\/local-api\/index\.ts must export a localApi/,
  );
});
