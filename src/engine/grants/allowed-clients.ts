import type {
  ClientRegistrationCallbackOptions,
  ClientRegistrationCallbackResult,
} from "@cloudflare/workers-oauth-provider";
import * as z from "zod";
import { comparableRedirectUri, isLoopbackRedirect } from "../config";
import type { OwnAuthorization } from "../own-authorization";

type Policy = Pick<OwnAuthorization, "allowedClients" | "privateUseRedirectUris">;

/**
 * Whether ALLOWED_CLIENTS lets a client ask for access: by where its answer would go, or by its metadata
 * document or that document's host, which vouches for the redirect URIs in it.
 *
 * Its parameters are an authorization request's, as they came: nothing is taken to be checked, and
 * what cannot be read is not allowed.
 */
export function isAllowedClient(policy: Policy, clientId: string, redirectUri: string): boolean {
  if (policy.allowedClients === undefined) return true;
  const { documents, metadataHosts } = policy.allowedClients;
  if (documents.has(clientId)) return true;
  // A client that registered here has an id that is no URL.
  const document = URL.canParse(clientId) ? new URL(clientId) : undefined;
  if (document?.protocol === "https:" && metadataHosts.has(document.host)) return true;
  return isAllowedRedirectUri(policy, redirectUri);
}

/**
 * Whether an answer may be sent to this address, whichever client asks. A client can claim any name,
 * so for one that registers itself the address is all that tells what it is.
 */
export function isAllowedRedirectUri(policy: Policy, redirectUri: string): boolean {
  const { allowedClients: allowed, privateUseRedirectUris } = policy;
  if (allowed === undefined) return true;
  if (!URL.canParse(redirectUri)) return false;
  const url = new URL(redirectUri);
  const isWeb = url.protocol === "https:" || url.protocol === "http:";
  if (!isWeb && !privateUseRedirectUris) return false;
  if (allowed.loopback && isLoopbackRedirect(url)) return true;
  const comparable = comparableRedirectUri(url);
  return (
    allowed.redirectUris.has(comparable) ||
    allowed.redirectPrefixes.some((prefix) => comparable.startsWith(prefix))
  );
}

const redirectUrisSchema = z.object({ redirect_uris: z.array(z.string()) });

/**
 * Whether a client with this metadata (RFC 7591, section 2) may register: with one redirect URI that
 * it can use. Others beside it do no harm, because each authorization request is checked; Cursor, for
 * one, registers those of all its apps at once.
 */
export function mayRegister(policy: Policy, metadata: unknown): boolean {
  if (policy.allowedClients === undefined) return true;
  const parsed = redirectUrisSchema.safeParse(metadata).data;
  return parsed?.redirect_uris.some((uri) => isAllowedRedirectUri(policy, uri)) ?? false;
}

/** Answers a registration that is not allowed with `invalid_redirect_uri` (RFC 7591, section 3.2.2). */
export function refuseOtherClients(policy: Policy) {
  return ({
    clientMetadata,
  }: ClientRegistrationCallbackOptions): ClientRegistrationCallbackResult | undefined =>
    mayRegister(policy, clientMetadata)
      ? undefined
      : {
          code: "invalid_redirect_uri",
          description:
            "This server lets in other clients only: none of the redirect_uris is allowed (ALLOWED_CLIENTS)",
        };
}
