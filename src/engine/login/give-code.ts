import type { AuthRequest, OAuthHelpers } from "@cloudflare/workers-oauth-provider";
import type { Context } from "hono";
import { grantIdOf } from "../grants/grant-id";
import { deviceFamilyOf, type GrantMetadata } from "../grants/grant-metadata";
import type { GrantProps, Principal } from "../identity/principal";
import type { UpstreamTokens } from "../identity/upstream-tokens";
import { record } from "./sign-in-events";

/** What was decided on a consent page, besides the scopes. */
export type Consented = {
  readonly clientName: string;
  /** For the audit. */
  readonly scopesAsked: string[];
};

/**
 * Gives a client the code that its person consented to.
 *
 * @param request the client's, with the scopes that were ticked.
 * @param person who consented, as the identity provider has just named them.
 * @returns the client's redirect URI, with the code.
 */
export async function giveCode(
  c: Context<{ Bindings: Env }>,
  helpers: OAuthHelpers,
  request: AuthRequest,
  { userId, identity }: Pick<Principal, "userId" | "identity">,
  { clientName, scopesAsked }: Consented,
  upstream?: UpstreamTokens,
): Promise<string> {
  const { clientId, scope } = request;
  const props: GrantProps = { identity, clientName, ...(upstream && { upstream }) };
  const device = deviceFamilyOf(c.req.header("user-agent"));
  const { redirectTo } = await helpers.completeAuthorization({
    request,
    userId,
    metadata: { clientName, ...(device && { device }) } satisfies GrantMetadata,
    scope,
    props,
    // The same client on a second device is a grant of its own: a new sign-in must not end it.
    revokeExistingGrants: false,
  });
  const code = new URL(redirectTo).searchParams.get("code") ?? "";
  record(c, {
    kind: "consent",
    outcome: "given",
    userId,
    clientId,
    ...grantIdOf(code),
    scopesAsked,
    scopesGiven: scope,
  });
  return redirectTo;
}
