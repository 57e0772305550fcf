import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { readDeployConfig } from "../../dev/commands/deploy-config";
import { localSettings } from "../../dev/commands/set-aside";
import { readServerFacts } from "../../dev/definition/server-facts";
import { projectDir } from "../../dev/server/processes";
import { knownVariables, signInVariables } from "../../src/engine/configuration";
import { server } from "../fixture/server";
import { testVariables } from "../support/test-variables";

const bindings = {
  kv_namespaces: [{ binding: "OAUTH_KV" }],
  d1_databases: [{ binding: "DB", database_name: "acme" }],
  durable_objects: {
    bindings: ["MCP_SESSION", "GRANT", "AUDIT_OUTBOX"].map((name) => ({ name, class_name: name })),
  },
};
const vars = { IDP: "oidc", OIDC_ISSUER: "https://login.example", OIDC_CLIENT_ID: "acme" };

/** A wrangler.jsonc with this in it. */
function configFile(content: object): string {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-config-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "wrangler.json");
  writeFileSync(file, JSON.stringify({ name: "acme-mcp", main: "index.ts", ...content }));
  return file;
}

it("deploys what wrangler.jsonc has, by its own names", async () => {
  const config = await readDeployConfig(undefined, configFile({ ...bindings, vars }));
  expect(config.problems).toEqual([]);
  expect(config.database).toEqual({ name: "acme", id: undefined });
  expect(config.secrets.map(({ name }) => name)).toEqual([
    "SESSION_SECRET",
    "OIDC_CLIENT_SECRET",
    "OPERATOR_SECRET",
  ]);
});

it("deploys an environment, which inherits neither bindings nor variables", async () => {
  const staging = {
    ...bindings,
    d1_databases: [{ binding: "DB", database_name: "acme-staging", database_id: "an-id" }],
    vars: { ...vars, PUBLIC_URL: "https://staging.example" },
  };
  const file = configFile({ ...bindings, vars, env: { staging, empty: {} } });
  expect(await readDeployConfig("staging", file)).toMatchObject({
    problems: [],
    database: { name: "acme-staging", id: "an-id" },
    publicUrl: "https://staging.example",
  });
  const { problems } = await readDeployConfig("empty", file);
  for (const name of ["OAUTH_KV", "DB", "MCP_SESSION", "GRANT", "AUDIT_OUTBOX", "OIDC_ISSUER"]) {
    expect(problems.join("\n")).toMatch(new RegExp(`^${name} is missing`, "m"));
  }
});

it("names a binding of another kind, and misspelt bindings and variables, before anything is uploaded", async () => {
  const file = configFile({
    ...bindings,
    kv_namespaces: [{ binding: "DB" }, { binding: "OAUTH_VK" }],
    d1_databases: [],
    ratelimits: [
      { name: "TOOL_CALLS_PER_PERSN", namespace_id: "1", simple: { limit: 1, period: 60 } },
    ],
    vars: { ...vars, ALLOWED_PEOPEL: "@example.com" },
  });
  expect((await readDeployConfig(undefined, file)).problems).toEqual([
    expect.stringMatching(/^OAUTH_KV is missing: bind a KV namespace/),
    expect.stringMatching(/^DB is missing: bind a D1 database/),
    expect.stringMatching(/^TOOL_CALLS_PER_PERSN is unknown: did you mean TOOL_CALLS_PER_PERSON/),
    expect.stringMatching(/^ALLOWED_PEOPEL is unknown: did you mean ALLOWED_PEOPLE/),
  ]);
});

it("sets aside on this machine what is the deployed server's, and says what", async () => {
  const production = {
    ...vars,
    PUBLIC_URL: "https://mcp.example",
    ALLOWED_PEOPLE: "@acme.example",
    ADMINS: "boss@acme.example",
    SERVER_NAME: "Acme",
    TICKETS_URL: "https://tickets.example",
    OIDC_NAME: "",
  };
  const file = configFile({ ...bindings, vars: production, routes: ["mcp.example/*"] });
  const local = { OIDC_ISSUER: "http://127.0.0.1:1", OIDC_CLIENT_ID: "local", ADMINS: "alice" };
  expect(localSettings(file, local, true, signInVariables(server))).toEqual({
    vars: { ...local, IDP: "", PUBLIC_URL: "", ALLOWED_PEOPLE: "" },
    setAside: ["routes", "PUBLIC_URL", "ADMINS", "OIDC_ISSUER", "OIDC_CLIENT_ID", "ALLOWED_PEOPLE"],
  });
  // With a provider of their own, its rules count.
  expect(localSettings(file, {}, false, signInVariables(server))).toEqual({
    vars: { PUBLIC_URL: "" },
    setAside: ["routes", "PUBLIC_URL"],
  });
});

it("leaves no variable of wrangler.jsonc to the Worker under test", async () => {
  const given = testVariables({ IDP: "oidc" });
  expect(Object.keys(given)).toEqual(expect.arrayContaining([...knownVariables(server)]));
  expect(Object.entries(given).filter(([, value]) => value !== "")).toEqual([["IDP", "oidc"]]);
});

it("names what an API needs that people connect", async () => {
  const facts = await readServerFacts(join(projectDir, "test/fixture/server"));
  const values = {
    ...vars,
    SESSION_SECRET: "x".repeat(32),
    OIDC_CLIENT_SECRET: "secret",
    TRACKER_API_URL: "https://tracker.example",
    TRACKER_API_CLIENT_ID: "id",
    TRACKER_API_CLIENT_SECRET: "secret",
  };
  expect(facts.configurationProblems(values, () => true)).toEqual([]);
  expect(facts.configurationProblems(values, (name) => name !== "SERVICE_LINK")).toEqual([
    expect.stringMatching(/^SERVICE_LINK is missing: .* with the migration gatehouse-v4$/),
  ]);
});
