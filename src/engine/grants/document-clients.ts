import { env as workerEnv } from "cloudflare:workers";
import { CimdFetchError, type OAuthAuthorizationServer } from "@cloudflare/workers-oauth-provider";
import { type AssertionKeys, type DocumentClient, documentClient } from "./client-document";
import { isDocumentId, isRegisteredId, isValidDocumentId } from "./client-id";
import { clientKeys } from "./client-keys";
import { cacheDocument, cachedDocument } from "./document-cache";
import { PublishedJsonError, type PublishedProblem, publishedJson } from "./published-json";

/** What the draft recommends as a bound (section 6.6). */
const MAX_DOCUMENT_BYTES = 5 * 1_024;

/** Why a client with a metadata document is not known; `detail` of a CimdFetchError. */
export type DocumentProblem = PublishedProblem | "invalid" | "switched_off";

export type DocumentPolicy = {
  /** Whether clients may be identified by their documents at all. */
  readonly enabled: boolean;
  /** Whether the document may be fetched now, for this client id: anybody can name one. */
  readonly mayFetch: (env: Env, clientId: string) => boolean | Promise<boolean>;
};

type AssertionCheck = { readonly keys: AssertionKeys; readonly [member: string]: unknown };
type Checked = { readonly ok: boolean };

/** What of workers-oauth-provider's inside is changed here. */
type Internals = {
  getClient(env: Env, clientId: string): Promise<unknown>;
  clientAssertionVerifier?: { verify(check: AssertionCheck): Promise<Checked> };
};

/**
 * Has workers-oauth-provider know clients with metadata documents by what is read here. By itself it
 * follows redirects, of documents and of key sets, which makes whatever an open redirect leads to the
 * word of the host that redirects; it fetches for anybody; and it logs the address as it was sent. It
 * offers no other way to change that than to replace the two methods of its implementation that fetch.
 *
 * @throws TypeError when a version of it no longer has them, so that nothing is served unguarded.
 */
export function guardDocumentClients(
  server: OAuthAuthorizationServer<Env>,
  policy: DocumentPolicy,
): void {
  const internals: unknown = Reflect.get(server.getOAuthApi(workerEnv), "provider");
  if (!isInternals(internals)) {
    throw new TypeError("workers-oauth-provider has changed: how it looks clients up is not known");
  }
  const registered = internals.getClient.bind(internals);
  internals.getClient = async (env, clientId) => {
    // Also keeps what KV would refuse, and what would stand in a log, out of both.
    if (isRegisteredId(clientId)) return registered(env, clientId);
    if (!isDocumentId(clientId) || !(await policy.mayFetch(env, clientId))) return null;
    return publishedClient(clientId, policy.enabled);
  };
  const verifier = internals.clientAssertionVerifier;
  if (verifier === undefined) return;
  const verify = verifier.verify.bind(verifier);
  verifier.verify = async (check) => {
    const { jwksUri, algorithms } = check.keys;
    if (jwksUri === undefined) return verify(check);
    return clientKeys.firstGood(jwksUri, (jwks) =>
      verify({ ...check, keys: { algorithms, jwks } }),
    );
  };
}

function isInternals(value: unknown): value is Internals {
  if (typeof value !== "object" || value === null) return false;
  if (!("getClient" in value) || typeof value.getClient !== "function") return false;
  if (!("clientAssertionVerifier" in value) || value.clientAssertionVerifier === undefined) {
    return true;
  }
  const verifier = value.clientAssertionVerifier;
  return (
    typeof verifier === "object" &&
    verifier !== null &&
    "verify" in verifier &&
    typeof verifier.verify === "function"
  );
}

/** @throws CimdFetchError when there is no such client. */
async function publishedClient(url: string, enabled: boolean): Promise<DocumentClient> {
  const refuse = (problem: DocumentProblem) => {
    // Neither the address nor anything of the document: both are a stranger's words.
    console.warn({ event: "client_document_refused", problem });
    return new CimdFetchError(url, new Error(problem));
  };
  if (!enabled) throw refuse("switched_off");
  if (!isValidDocumentId(url)) throw refuse("invalid");
  const cached = documentClient(url, await cachedDocument(url));
  if (cached !== undefined) return cached;
  const published = await publishedJson(url, MAX_DOCUMENT_BYTES).catch((error: unknown) => {
    throw error instanceof PublishedJsonError ? refuse(error.problem) : error;
  });
  const client = documentClient(url, published.value);
  if (client === undefined) throw refuse("invalid");
  await cacheDocument(url, published);
  return client;
}
