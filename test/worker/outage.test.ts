import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { connect } from "./as-client.ts";
import { gatehouseOf } from "./gatehouse.ts";
import { initialize, Session, toolErrorText } from "./mcp-client.ts";
import { TEST_ORIGIN } from "./origin.ts";
import { configOf } from "./server.ts";

/** A binding that answers every operation with an error, as one does whose service is down. */
function down<Binding extends object>(binding: Binding): Binding {
  return new Proxy(binding, {
    get: () => () => {
      throw new Error("The service is down");
    },
  });
}

it("KV down: a good token is not called bad, and works again afterwards", async () => {
  const { access_token } = await connect();
  const gatehouse = gatehouseOf(configOf(env));
  const call = (bindings: Env) =>
    gatehouse(
      new Request(`${TEST_ORIGIN}/mcp`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${access_token}`,
          accept: "application/json, text/event-stream",
          "content-type": "application/json",
        },
        body: JSON.stringify(initialize()),
      }),
      bindings,
      createExecutionContext(),
    );
  const response = await call({ ...env, OAUTH_KV: down(env.OAUTH_KV) });
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).not.toBeNull();
  expect(response.headers.get("www-authenticate")).toBeNull();
  const recovered = await call(env);
  expect(recovered.status).toBe(200);
  await recovered.text();
});

it("D1 without its table: the tool says so, without its insides, and others go on", async () => {
  const session = await Session.open((await connect()).access_token);
  await env.DB.exec("ALTER TABLE person_records RENAME TO elsewhere");
  const text = toolErrorText(await session.call("list_notes"));
  await env.DB.exec("ALTER TABLE elsewhere RENAME TO person_records");
  expect(text).toMatch(/^The tool failed unexpectedly\. Reference: [\w-]{36}$/);
  expect(await session.use("whoami")).toMatchObject({ name: "Alice Example" });
  expect((await session.use("list_notes")).notes).toEqual([]);
});
