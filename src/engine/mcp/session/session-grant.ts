import type { OAuthResourceAuth } from "@cloudflare/workers-oauth-provider";
import { grantObject } from "../../grants/grant-id";
import type { Principal } from "../../identity/principal";
import { errorText } from "../../lib/error-text";
import { jsonRpcError } from "../message";

/** A deploy replaces all objects; the next attempt finds the new one. */
const RETRY_AFTER_SECONDS = 1;

/**
 * Asks the grant behind a request whether a session may use it, and registers the session to be closed when the
 * grant ends. KV may show the token of a revoked grant for a minute; the grant's object knows better.
 *
 * @param session the name of its object.
 * @returns the refusal; undefined when it may, and where another server keeps the grants.
 */
export async function admitSession(
  { GRANT }: Pick<Env, "GRANT">,
  { userId, grantId }: Pick<Principal, "userId" | "grantId">,
  auth: OAuthResourceAuth,
  session: string,
): Promise<Response | undefined> {
  if (grantId === undefined) return undefined;
  try {
    const isAdmitted = await grantObject({ GRANT }, { userId, grantId }).admit(session);
    return isAdmitted ? undefined : grantHasEnded(auth);
  } catch (error) {
    console.error({ event: "grant_unreachable", error: errorText(error) });
    const response = jsonRpcError(503, -32_000, "The session cannot begin right now; try again");
    response.headers.set("retry-after", String(RETRY_AFTER_SECONDS));
    return response;
  }
}

/** The answer to a token of an ended grant (RFC 6750, section 3.1); its client then refreshes. */
function grantHasEnded({ audience }: OAuthResourceAuth): Response {
  const { origin, pathname } = new URL(audience);
  const description = "The grant of this token has ended";
  const metadata = `${origin}/.well-known/oauth-protected-resource${pathname}`;
  const challenge = `Bearer error="invalid_token", error_description="${description}", resource_metadata="${metadata}"`;
  return Response.json(
    { error: "invalid_token", error_description: description },
    { status: 401, headers: { "www-authenticate": challenge, "cache-control": "no-store" } },
  );
}
