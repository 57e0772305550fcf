import { describe, expect, it } from "vitest";
import { json } from "../support/scripted-authority.ts";
import { server } from "../upstream/definition.ts";
import { externalGatehouse } from "./external-gatehouse.ts";
import { requestsTo, script, startAuthority } from "./scripted.ts";

/** A Gatehouse in front of an API, and the authorization server whose tokens it exchanges for the API's. */
async function start() {
  const authority = await startAuthority("ES256");
  const api = `${authority.issuer}/api`;
  const apiPath = new URL(`${api}/me`).pathname;
  await script(apiPath, json({ subject: "alice", scopes: [] }));
  const gatehouse = externalGatehouse(
    {
      AUTH_MODE: "jwt",
      AS_ISSUER: authority.issuer,
      AS_CLIENT_ID: "gatehouse",
      AS_CLIENT_SECRET: "secret",
      DELEGATED_API_URL: api,
      DELEGATED_API_SCOPES: "api://tickets/.default",
    },
    server,
  );
  return { authority, gatehouse, apiPath };
}

describe("on behalf of a person, as Entra has it", () => {
  it("an access token comes for the caller's, by scope and by nothing that Entra refuses", async () => {
    const { authority, gatehouse, apiPath } = await start();
    const answer = { token_type: "Bearer", expires_in: 3_600, ext_expires_in: 3_600 };
    await script(authority.paths.token, json({ access_token: "of-the-api", ...answer }));
    const mine = await authority.token({ scope: "delegated:read" });
    const { result } = await gatehouse.use(mine, "delegated_me");
    expect(result?.structuredContent).toEqual({ subject: "alice", scopes: [] });
    const [exchange] = await requestsTo(authority.paths.token);
    expect(Object.fromEntries(new URLSearchParams(exchange?.body))).toEqual({
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: mine,
      requested_token_use: "on_behalf_of",
      scope: "api://tickets/.default",
    });
    const calls = await requestsTo(apiPath);
    expect(calls.map(({ headers }) => headers.authorization)).toEqual(["Bearer of-the-api"]);
  });

  it("a token that this server would take itself never reaches the API", async () => {
    const { authority, gatehouse, apiPath } = await start();
    const ours = await authority.token({ jti: "another" });
    await script(authority.paths.token, json({ access_token: ours, token_type: "Bearer" }));
    const { result } = await gatehouse.use(
      await authority.token({ scope: "delegated:read" }),
      "delegated_me",
    );
    expect(result?.isError).toBe(true);
    expect(await requestsTo(apiPath)).toEqual([]);
  });

  it("what the person has to allow first is told to them", async () => {
    const { authority, gatehouse } = await start();
    const refusal = { error: "interaction_required", error_description: "AADSTS50079" };
    await script(authority.paths.token, { ...json(refusal), status: 400 });
    const token = await authority.token({ scope: "delegated:read" });
    const { result } = await gatehouse.use(token, "delegated_me");
    expect(result?.content?.[0]?.text).toContain("You have not allowed this server to use");
  });
});
