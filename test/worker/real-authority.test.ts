import * as oauth from "oauth4webapi";
import { afterEach, expect, inject, it, vi } from "vitest";
import * as z from "zod";
import { signIn } from "../../dev/headless-browser.ts";
import { MCP, REDIRECT_URI } from "./as-client.ts";
import { externalGatehouse } from "./external-gatehouse.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** Gets an access token from the real authorization server, as an MCP client does. */
async function accessToken(scopes: readonly string[]): Promise<string> {
  const { issuer } = inject("authorizationServer");
  const http = { [oauth.allowInsecureRequests]: true };
  const server = await oauth.processDiscoveryResponse(
    new URL(issuer),
    await oauth.discoveryRequest(new URL(issuer), http),
  );
  const client = await oauth.processDynamicClientRegistrationResponse(
    await oauth.dynamicClientRegistrationRequest(
      server,
      { redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: "none" },
      http,
    ),
  );
  const verifier = oauth.generateRandomCodeVerifier();
  const url = new URL(z.string().parse(server.authorization_endpoint));
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: client.client_id,
    redirect_uri: REDIRECT_URI,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    resource: MCP,
    scope: scopes.join(" "),
  }).toString();
  const callback = await signIn(url, { person: "alice" });
  const answer = oauth.validateAuthResponse(server, client, callback);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    answer,
    REDIRECT_URI,
    verifier,
    { ...http, additionalParameters: { resource: MCP } },
  );
  return (await oauth.processAuthorizationCodeResponse(server, client, response)).access_token;
}

it("a real server's tokens are taken, before and after it rotates its keys", async () => {
  const { issuer, control } = inject("authorizationServer");
  const gatehouse = externalGatehouse({ AUTH_MODE: "jwt", AS_ISSUER: issuer });
  const before = await accessToken(["account:read"]);
  const { result } = await gatehouse.use(before, "whoami");
  expect(result?.structuredContent).toMatchObject({ name: "Alice Example" });
  expect(
    (await gatehouse.call(before, "calculator", { operation: "add", a: 1, b: 1 })).status,
  ).toBe(403);

  await fetch(control, { method: "POST" });
  const after = await accessToken(["account:read"]);
  vi.useFakeTimers({ now: Date.now() + 31_000, toFake: ["Date"] });
  expect((await gatehouse.call(after, "whoami")).status).toBe(200);
  // Its key is no longer published, so it might be anybody's.
  expect((await gatehouse.call(before, "whoami")).status).toBe(401);
});
