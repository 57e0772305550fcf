import { derivedKey } from "../../lib/derived-key";

/** The owner of a session. Another person's or another client's token cannot use it. */
export type SessionOwner = { readonly userId: string; readonly clientId: string };

/** The grant that it began with, which closes it when it ends; absent if another server keeps the grants. */
export type SessionStart = SessionOwner & { readonly grantId?: string | undefined };

/** What a session keeps of the principal that begins it. */
export function startOf({ userId, clientId, grantId }: SessionStart): SessionStart {
  return { userId, clientId, ...(grantId !== undefined && { grantId }) };
}

/**
 * Session ids that prove their owner. McpAgent serves anyone who knows a session's id and lets clients
 * choose ids; so the id that clients see carries a MAC over the owner, and one that does not match the
 * caller's token is refused before any object is reached.
 */
export type SessionIds = {
  /** The id that the client gets for the session `id`: `id.mac`, or `id.grantId.mac`. */
  sign(id: string, start: SessionStart): Promise<string>;
  /** What {@link SessionIds.sign} was given, or undefined when we did not make this id for this owner. */
  verify(
    signed: string,
    owner: SessionOwner,
  ): Promise<{ id: string; grantId: string | undefined } | undefined>;
};

/**
 * The name of a session where its id must not appear, such as the audit.
 *
 * @param id as the client has it, or without the MAC.
 */
export function sessionNameOf(id: string): string {
  return id.split(".")[0] ?? id;
}

/**
 * @param secret SESSION_SECRET, from which the key is derived. Changing it ends every session, and no grant.
 */
export function sessionIds(secret: string): SessionIds {
  let signingKey: CryptoKey | undefined;
  const keys = {
    async current(): Promise<CryptoKey> {
      signingKey ??= await derivedKey(secret, "gatehouse mcp session", "authenticate");
      return signingKey;
    },
    /**
     * Verifies ids that were signed with the secret itself, up to commit 9707861, so that sessions survive the
     * upgrade. It signs nothing, and can be removed once SESSION_IDLE_TTL_SECONDS have passed since then.
     */
    former: () =>
      crypto.subtle.importKey(
        "raw",
        new TextEncoder().encode(secret),
        { name: "HMAC", hash: "SHA-256" },
        false,
        ["verify"],
      ),
  };
  return {
    async sign(id, { grantId, ...owner }) {
      const named = grantId === undefined ? id : `${id}.${grantId}`;
      const mac = await crypto.subtle.sign("HMAC", await keys.current(), signedBytes(named, owner));
      return `${named}.${new Uint8Array(mac).toBase64({ alphabet: "base64url", omitPadding: true })}`;
    },
    async verify(signed, owner) {
      const [, named, encodedMac] = /^([\w-]+(?:\.[\w-]+)?)\.([\w-]{43})$/.exec(signed) ?? [];
      if (named === undefined || encodedMac === undefined) return undefined;
      const mac = Uint8Array.fromBase64(encodedMac, { alphabet: "base64url" });
      const bytes = signedBytes(named, owner);
      const fits =
        (await crypto.subtle.verify("HMAC", await keys.current(), mac, bytes)) ||
        (await crypto.subtle.verify("HMAC", await keys.former(), mac, bytes));
      const [id = named, grantId] = named.split(".");
      return fits ? { id, grantId } : undefined;
    },
  };
}

function signedBytes(named: string, { userId, clientId }: SessionOwner): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(["mcp-session", named, userId, clientId]));
}
