import { expect, inject, it } from "vitest";
import * as z from "zod";
import { signIn } from "../../dev/browser/headless-browser.ts";
import { findFreePort } from "../../dev/local-servers/free-port.ts";
import { runSuite, shortcomings } from "./suite.ts";

it("the authorization server does what the suite asks of one", async () => {
  const issuer = inject("conformanceServer");
  const port = await findFreePort();
  const clientId = await register(issuer, `http://127.0.0.1:${port}/callback`);

  // The suite prints where to sign in, and waits for the browser to come back.
  let browser: Promise<unknown> | undefined;
  const onOutput = (output: string) => {
    const url = /^(http\S+\/authorize\?\S+)$/m.exec(output)?.[1];
    if (url === undefined || browser !== undefined) return;
    browser = arrive(url);
    // Its failure is looked at below, when the suite has ended.
    browser.catch(() => undefined);
  };
  const run = await runSuite(
    [
      ...["authorization", "--url", issuer, "--client-id", clientId, "--port", String(port)],
      ...["--resource", `${issuer}/mcp`],
    ],
    { timeoutMs: 60_000, onOutput },
  );
  await browser;

  expect([...run.checks.keys()].sort()).toEqual([
    "authorization-code-grant",
    "authorization-server-metadata-endpoint",
  ]);
  expect(shortcomings(run, "authorization-code-grant")).toEqual([]);
  expect(shortcomings(run, "authorization-server-metadata-endpoint")).toEqual([]);
  expect(run.exitCode, run.output).toBe(0);
}, 90_000);

async function register(issuer: string, redirectUri: string): Promise<string> {
  const response = await fetch(`${issuer}/oauth/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      client_name: "Conformance suite",
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: "none",
    }),
  });
  return z.object({ client_id: z.string() }).parse(await response.json()).client_id;
}

/** Goes alice's way to the client, and arrives there. */
async function arrive(authorizationUrl: string): Promise<void> {
  const callback = await signIn(authorizationUrl, { person: "alice" });
  const response = await fetch(callback);
  await response.body?.cancel();
}
