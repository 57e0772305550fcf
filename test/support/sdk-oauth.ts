import type { OAuthClientProvider } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type {
  OAuthClientInformationMixed,
  OAuthTokens,
} from "@modelcontextprotocol/sdk/shared/auth.js";
import { type SignInOptions, signIn } from "../../dev/browser/headless-browser.ts";

/** Opens the authorization URL, and gives the address at which the client gets its answer. */
export type OpenBrowser = (authorizationUrl: URL) => Promise<URL>;

/**
 * What an application that uses the official SDK keeps for OAuth, in memory. Where it would open a
 * browser, the person signs in by themselves.
 */
export class OAuthMemory implements OAuthClientProvider {
  readonly redirectUrl: string;
  /** How often the person's browser was opened. */
  signIns = 0;
  /** Who signs in the next time, without a browser window, or what opens a real one. */
  browser: SignInOptions | OpenBrowser;
  #client: OAuthClientInformationMixed | undefined;
  #tokens: OAuthTokens | undefined;
  #verifier = "";
  #answer: URLSearchParams | undefined;

  constructor(
    browser: SignInOptions | OpenBrowser,
    redirectUrl = "http://localhost:3334/oauth/callback",
  ) {
    this.browser = browser;
    this.redirectUrl = redirectUrl;
  }

  get clientMetadata() {
    return {
      client_name: "SDK client",
      redirect_uris: [this.redirectUrl],
      grant_types: ["authorization_code", "refresh_token"],
      token_endpoint_auth_method: "none",
    };
  }

  clientInformation() {
    return this.#client;
  }
  saveClientInformation(client: OAuthClientInformationMixed) {
    this.#client = client;
  }
  tokens() {
    return this.#tokens;
  }
  saveTokens(tokens: OAuthTokens) {
    this.#tokens = tokens;
  }
  codeVerifier() {
    return this.#verifier;
  }
  saveCodeVerifier(verifier: string) {
    this.#verifier = verifier;
  }
  async redirectToAuthorization(url: URL) {
    this.signIns++;
    const { browser } = this;
    const callback = await (typeof browser === "function"
      ? browser(url)
      : signIn(url.href, browser));
    this.#answer = callback.searchParams;
  }

  /** What the browser brought back from the last sign-in: a code, state and iss. */
  takeAnswer(): { code: string; parameters: URLSearchParams } {
    const parameters = this.#answer;
    this.#answer = undefined;
    const code = parameters?.get("code") ?? undefined;
    if (parameters === undefined || code === undefined) {
      throw new Error("The sign-in brought no code");
    }
    return { code, parameters };
  }

  /** Makes the access token useless, as its end does; the refresh token stays. */
  expireAccessToken() {
    if (this.#tokens !== undefined) this.#tokens = { ...this.#tokens, access_token: "expired" };
  }
}

/**
 * Connects a client of the official SDK for a person: it is refused, signs in, and connects.
 *
 * @param url ends in /mcp for streamable HTTP, in /sse for the older transport.
 */
export async function connectSdkClient(
  url: string,
  memory: OAuthMemory,
): Promise<{ client: Client; close(): Promise<void> }> {
  const transport = () =>
    url.endsWith("/sse")
      ? new SSEClientTransport(new URL(url), { authProvider: memory })
      : new StreamableHTTPClientTransport(new URL(url), { authProvider: memory });
  const newClient = () => new Client({ name: "sdk-test", version: "1" });
  if (memory.tokens() === undefined) {
    const first = transport();
    await mustBeRefused(newClient().connect(first));
    await first.finishAuth(memory.takeAnswer().code);
  }
  const client = newClient();
  const connected = transport();
  await client.connect(connected);
  return { client, close: () => client.close() };
}

/** The first attempt of every client, by which it learns that and where its person has to sign in. */
export async function mustBeRefused(connecting: Promise<void>): Promise<void> {
  const refused = await connecting.then(
    () => false,
    () => true,
  );
  if (!refused) throw new Error("The server let a client in without a token");
}
