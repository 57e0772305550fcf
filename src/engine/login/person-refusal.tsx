import { type AuthRequest, authorizationErrorRedirect } from "@cloudflare/workers-oauth-provider";
import type { Context } from "hono";
import type { Principal } from "../identity/principal";
import { PersonRefusedPage } from "../ui/person-refused-page";
import { page } from "../ui/respond";

/**
 * Answers a successful sign-in by a person who is not in ALLOWED_PEOPLE: with a page that says so and
 * leads back to the client, with `access_denied` (RFC 6749, section 4.1.2.1).
 *
 * @param request the client's, approved and with a redirect URI that was checked.
 * @param headers of the callback: they clear its cookie.
 */
export function refusePerson(
  c: Context,
  server: { serverName: string; identityProviderName: string },
  { userId, identity }: Pick<Principal, "userId" | "identity">,
  request: AuthRequest,
  headers: Headers,
): Response | Promise<Response> {
  // Neither who nor why: both are personal, and this is a log.
  console.warn({ event: "person_not_allowed" });
  const description = "This account may not use this server";
  const url = authorizationErrorRedirect(request, "access_denied", description);
  const refused = <PersonRefusedPage {...server} account={identity} userId={userId} url={url} />;
  return page(c, refused, { status: 403, headers });
}
