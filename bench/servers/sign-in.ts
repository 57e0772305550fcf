import * as oauth from "oauth4webapi";
import * as z from "zod";
import { signIn } from "../../dev/browser/headless-browser.ts";

export type Tokens = {
  readonly clientId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
};

const REDIRECT_URI = "http://localhost:3334/oauth/callback";

/** Those of the calculator, so that every server lists this one tool. */
const SCOPE = "op:add op:sub op:mult op:div";

const tokensSchema = z.object({ access_token: z.string(), refresh_token: z.string() });

/**
 * Gets tokens from a server the way a client and its person do: registration, consent, sign-in, code,
 * tokens. Gatehouse asks a person, who is at the local identity provider; the peers ask nobody.
 *
 * @param origin of the server; its endpoints are where all of them have them.
 * @throws Error with the server's answer when it is refused.
 */
export async function obtainTokens(origin: string): Promise<Tokens> {
  const clientId = await register(origin);
  const verifier = oauth.generateRandomCodeVerifier();
  const url = new URL("/authorize", origin);
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: REDIRECT_URI,
    scope: SCOPE,
    state: oauth.generateRandomState(),
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    resource: `${origin}/mcp`,
  }).toString();
  const callback = await signIn(url, { person: "alice" });
  return requestTokens(origin, clientId, {
    grant_type: "authorization_code",
    code: callback.searchParams.get("code") ?? "",
    redirect_uri: REDIRECT_URI,
    code_verifier: verifier,
    resource: `${origin}/mcp`,
  });
}

/** Exchanges the refresh token for new tokens. */
export function refreshTokens(origin: string, tokens: Tokens): Promise<Tokens> {
  return requestTokens(origin, tokens.clientId, {
    grant_type: "refresh_token",
    refresh_token: tokens.refreshToken,
  });
}

async function register(origin: string): Promise<string> {
  const response = await fetch(`${origin}/oauth/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      client_name: "Gatehouse benchmark",
      redirect_uris: [REDIRECT_URI],
      grant_types: ["authorization_code", "refresh_token"],
      token_endpoint_auth_method: "none",
      // The same metadata would get the same client.
      software_version: crypto.randomUUID(),
    }),
  });
  if (response.status !== 201) throw await refusal("Registration", response);
  return z.object({ client_id: z.string() }).parse(await response.json()).client_id;
}

async function requestTokens(
  origin: string,
  clientId: string,
  parameters: Record<string, string>,
): Promise<Tokens> {
  const response = await fetch(`${origin}/oauth/token`, {
    method: "POST",
    body: new URLSearchParams({ client_id: clientId, ...parameters }),
  });
  if (!response.ok) throw await refusal("The token request", response);
  const { access_token, refresh_token } = tokensSchema.parse(await response.json());
  return { clientId, accessToken: access_token, refreshToken: refresh_token };
}

async function refusal(what: string, response: Response): Promise<Error> {
  return new Error(`${what} was answered ${response.status}: ${await response.text()}`);
}
