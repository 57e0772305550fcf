import { type Arrival, ScriptlessBrowser } from "../../dev/browser/scriptless-browser.ts";
import { userIdOf } from "../../src/engine/identity/user-id";
import { json } from "../support/scripted-authority.ts";
import { type Authorization, authorizationUrl, REDIRECT_URI, register } from "./as-client.ts";
import { gatehouseWith } from "./gatehouse-with.ts";
import { TEST_ORIGIN } from "./origin.ts";
import { script, startAuthority } from "./scripted.ts";

/** What an OpenID provider says of the person, in either place. */
export type Told = { idToken?: Record<string, unknown>; userInfo?: Record<string, unknown> };

/**
 * Goes a person's way through sign-in and consent, at an OpenID provider that says this of them.
 *
 * @param vars of the Gatehouse, besides those of its provider.
 * @returns where it ends: at a page of Gatehouse, or at the client's redirect URI; whose sign-in it was;
 *   and what the client has of it. `reload` comes back from the provider once more with the same answer.
 */
export async function signInAsTold(
  vars: Record<string, string>,
  { idToken = {}, userInfo }: Told,
): Promise<{
  arrival: Arrival;
  userId: string;
  authorization: Authorization;
  reload(): Promise<Arrival>;
}> {
  const authority = await startAuthority();
  const { issuer, paths } = authority;
  await script(
    paths.openIdConfiguration,
    json(
      authority.metadata({
        authorization_endpoint: `${issuer}/authorize`,
        ...(userInfo && { userinfo_endpoint: `${issuer}/userinfo` }),
      }),
    ),
  );
  const gatehouse = gatehouseWith({
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: "gatehouse",
    OIDC_NAME: "the scripted provider",
    ...vars,
  });
  const browser = new ScriptlessBrowser(
    ({ origin, pathname }) => origin + pathname === REDIRECT_URI,
    gatehouse,
  );

  const clientId = await register();
  const { url, verifier } = await authorizationUrl(clientId);
  const press = async (shown: ReturnType<typeof pageAt>, value: string) => {
    const [form] = shown.page.forms;
    if (form === undefined) throw new Error(`No form on “${shown.page.heading}”`);
    return browser.submit(form, { press: { name: "decision", value } }, shown.address);
  };
  const decided = pageAt(await press(pageAt(await browser.open(url)), "sign-in"));
  const atProvider = decided.page.links.get("continue")?.searchParams;

  const sub = "told-1";
  const claims = { sub, aud: "gatehouse", nonce: atProvider?.get("nonce"), ...idToken };
  await script(
    paths.token,
    json({
      access_token: "upstream",
      token_type: "Bearer",
      id_token: await authority.token(claims, { typ: "JWT" }),
    }),
  );
  await script(`${new URL(issuer).pathname}/userinfo`, json({ sub, ...userInfo }));
  const callback = new URL("/callback", TEST_ORIGIN);
  callback.searchParams.set("code", "any");
  callback.searchParams.set("state", atProvider?.get("state") ?? "");
  let arrival = await browser.open(callback);
  if (arrival.kind === "page" && arrival.status === 200) {
    const onward = pageAt(await press(arrival, "approve")).page.links.get("continue");
    if (onward !== undefined) arrival = await browser.open(onward);
  }
  const code = arrival.address.searchParams.get("code") ?? "";
  return {
    arrival,
    authorization: { clientId, code, verifier, callback: arrival.address },
    userId: await userIdOf({ issuer, subject: sub }),
    reload: () => browser.open(callback),
  };
}

/** A page that it must be. */
export function pageAt(arrival: Arrival) {
  if (arrival.kind !== "page") throw new Error(`A redirect to ${arrival.address.origin}`);
  return arrival;
}
