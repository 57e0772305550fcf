import { isLoopback } from "../config";
import { isDocumentId } from "../grants/client-id";
import type { GrantId } from "../grants/grant-id";
import type { GrantMetadata } from "../grants/grant-metadata";
import { shownRecordSchema } from "../grants/provider/records";
import type { Redirect } from "../ui/client-facts";

/** A grant, as the person who gave it sees it: one app that may act for them. */
export type Connection = {
  readonly grantId: string;
  readonly clientId: string;
  /** As the consent page named it: the client's own words. */
  readonly clientName: string;
  /** The metadata document that published the name, where one did. */
  readonly clientDocument: string | undefined;
  /** Where its access went. */
  readonly redirect: Redirect | undefined;
  /** What kind of device it was connected on, where its browser said so. */
  readonly device: GrantMetadata["device"];
  readonly scopes: readonly string[];
  readonly connectedAtSeconds: number;
  /** When it last got a token. */
  readonly lastTokenAtSeconds: number;
};

/**
 * @param record what KV has of it.
 * @param idleTtlSeconds how long a grant may be unused before it ends: each new token restarts that time.
 * @returns undefined when it is not the record of a grant.
 */
export function connectionOf(
  { grantId }: GrantId,
  record: unknown,
  idleTtlSeconds: number,
): Connection | undefined {
  const grant = shownRecordSchema.safeParse(record).data;
  if (grant === undefined) return undefined;
  const { clientId, createdAt, expiresAt = 0 } = grant;
  return {
    grantId,
    clientId,
    clientName: grant.metadata?.clientName ?? clientId,
    // Read from there when the person allowed it. Registered clients have ids that are no addresses.
    clientDocument: isDocumentId(clientId) ? clientId : undefined,
    redirect: redirectOf(grant.redirectUri),
    device: grant.metadata?.device,
    scopes: grant.scope,
    connectedAtSeconds: createdAt,
    // Never later than now, whatever the limit was when the grant got its token.
    lastTokenAtSeconds: Math.min(
      Math.max(createdAt, expiresAt - idleTtlSeconds),
      Math.floor(Date.now() / 1_000),
    ),
  };
}

/** As workers-oauth-provider describes it on the consent page. */
function redirectOf(redirectUri = ""): Redirect | undefined {
  if (!URL.canParse(redirectUri)) return undefined;
  const redirectHost = new URL(redirectUri).hostname || redirectUri;
  return { redirectUri, redirectHost, redirectIsLoopback: isLoopback(redirectHost) };
}
