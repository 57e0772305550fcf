import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import worker from "../fixture";

it("names every wrong variable at the first request, and works when they are right", async () => {
  const call = (variables: Record<string, string>) =>
    worker.fetch(
      new Request("https://unconfigured.test/"),
      { ...env, ...variables },
      createExecutionContext(),
    );
  const response = await call({ SESSION_SECRET: "", OIDC_ISSUER: "nonsense", ADMINS: "x" });
  expect(response.status).toBe(500);
  const text = await response.text();
  expect(text).toContain("SESSION_SECRET is missing");
  expect(text).toContain("OIDC_ISSUER must be a URL");
  expect((await call({})).status).toBe(200);
});

it("names a binding that is missing or something else, with whatever else is wrong", async () => {
  const broken: Env = { ...env };
  Reflect.deleteProperty(broken, "OAUTH_KV");
  Reflect.set(broken, "GRANT", "a text");
  Reflect.set(broken, "AUDIT_OUTBOX", undefined);
  Reflect.set(broken, "ALLOWED_PEOPEL", "@x.example");
  const response = await worker.fetch(
    new Request("https://unbound.test/"),
    broken,
    createExecutionContext(),
  );
  expect(response.status).toBe(500);
  const text = await response.text();
  expect(text).toMatch(/OAUTH_KV is missing: bind a KV namespace .*"kv_namespaces"/);
  expect(text).toMatch(/GRANT is missing: bind a Durable Object .*"durable_objects"/);
  expect(text).toContain("AUDIT_OUTBOX is missing");
  expect(text).toContain("did you mean ALLOWED_PEOPLE?");
  expect(text).not.toMatch(/DB is missing|MCP_SESSION is missing/);
});

it("refuses names that no host has: a client's set-up holds the name, to be pasted into a shell", async () => {
  const statusAt = async (host: string) => {
    const url = `https://${host}/`;
    return (await worker.fetch(new Request(url), env, createExecutionContext())).status;
  };
  for (const host of ["a;b.example", "$(id).example", "a'b.example"]) {
    expect(await statusAt(host), host).toBe(421);
  }
  for (const host of ["mcp.test", "my_worker.example", "[2001:db8::1]", "xn--bcher-kva.example"]) {
    expect(await statusAt(host), host).toBe(200);
  }
});
