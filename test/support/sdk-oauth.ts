import type { OAuthClientProvider } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type {
  OAuthClientInformationMixed,
  OAuthTokens,
} from "@modelcontextprotocol/sdk/shared/auth.js";
import { type SignInOptions, signIn } from "../../dev/headless-browser.ts";

/** Opens the authorization URL, and gives the address at which the client gets its answer. */
export type OpenBrowser = (authorizationUrl: URL) => Promise<URL>;

/**
 * What an application that uses the official SDK keeps for OAuth, in memory. Where it would open a
 * browser, the person signs in by themselves.
 */
export class OAuthMemory implements OAuthClientProvider {
  readonly redirectUrl: string;
  /** The code that the person's browser brought back. */
  code: string | undefined;
  #openBrowser: OpenBrowser;
  #client: OAuthClientInformationMixed | undefined;
  #tokens: OAuthTokens | undefined;
  #verifier = "";

  /** @param browser who signs in without a browser window, or what opens a real one. */
  constructor(
    browser: SignInOptions | OpenBrowser,
    redirectUrl = "http://localhost:3334/oauth/callback",
  ) {
    this.#openBrowser =
      typeof browser === "function" ? browser : (url) => signIn(url.href, browser);
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
    const callback = await this.#openBrowser(url);
    this.code = callback.searchParams.get("code") ?? undefined;
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
    await newClient()
      .connect(first)
      .then(
        () => {
          throw new Error("The server let a client in without a token");
        },
        () => undefined,
      );
    if (memory.code === undefined) throw new Error("The sign-in brought no code");
    await first.finishAuth(memory.code);
  }
  const client = newClient();
  const connected = transport();
  await client.connect(connected);
  return { client, close: () => client.close() };
}
