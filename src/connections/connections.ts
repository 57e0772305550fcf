import { type GrantId, grantKey, grantObject } from "../grants/grant-id";
import { type Connection, connectionOf } from "./connection";

/** The connections of one person. Nobody else's can be reached by it, whatever ids a request names. */
export type Connections = {
  /**
   * All of them, the last used first.
   *
   * @returns `hasMore` when there are more than {@link MAX_CONNECTIONS}, of which the others are left out.
   */
  list(): Promise<{ connections: readonly Connection[]; hasMore: boolean }>;
  /** @returns undefined when the person has no such connection, or no more. */
  find(grantId: string): Promise<Connection | undefined>;
  /** Whether it is a connection that the person had, until a while ago. */
  hasEnded(grantId: string): Promise<boolean>;
  /** Its tokens stop to work. */
  end(connection: Connection): Promise<void>;
  /** Leaves it none of its scopes but these. */
  narrow(connection: Connection, scopes: readonly string[]): Promise<void>;
};

/** What one page shows, and one request can read and end: each is a few reads of KV and of its object. */
export const MAX_CONNECTIONS = 200;

/** As workers-oauth-provider makes them. */
const GRANT_ID = /^[\w-]{16}$/;

/**
 * @param userId of the person: from their session, never from what a form or an address says.
 * @param issuer the authorization server that issued the grants.
 * @param idleTtlSeconds GRANT_IDLE_TTL_SECONDS.
 */
export function connectionsOf(
  userId: string,
  env: Pick<Env, "GRANT" | "OAUTH_KV">,
  { issuer, idleTtlSeconds }: { issuer: string; idleTtlSeconds: number },
): Connections {
  /** KV tells of new and deleted ones up to a minute late. */
  async function listIds(): Promise<string[]> {
    const prefix = grantKey({ userId, grantId: "" });
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const listed = await env.OAUTH_KV.list({ prefix, ...(cursor !== undefined && { cursor }) });
      ids.push(...listed.keys.map(({ name }) => name.slice(prefix.length)));
      cursor = listed.list_complete ? undefined : listed.cursor;
    } while (cursor !== undefined && ids.length <= MAX_CONNECTIONS);
    return ids;
  }

  async function find(grantId: string): Promise<Connection | undefined> {
    if (!GRANT_ID.test(grantId)) return undefined;
    const id = { userId, grantId };
    const record = await env.OAUTH_KV.get(grantKey(id), "json");
    const connection = connectionOf(id, record, idleTtlSeconds);
    if (connection === undefined || (await isKnownToHaveEnded(env, id))) return undefined;
    return connection;
  }

  return {
    async list() {
      const ids = await listIds();
      const found = await Promise.all(ids.slice(0, MAX_CONNECTIONS).map(find));
      const connections = found.filter((connection) => connection !== undefined);
      connections.sort((one, other) => other.lastTokenAtSeconds - one.lastTokenAtSeconds);
      return { connections, hasMore: ids.length > MAX_CONNECTIONS };
    },
    find,
    async hasEnded(grantId) {
      // Of somebody else's grant, the object of this name has never heard.
      return GRANT_ID.test(grantId) && (await grantObject(env, { userId, grantId }).isEnded());
    },
    async end({ grantId }) {
      await grantObject(env, { userId, grantId }).end(issuer);
    },
    async narrow({ grantId }, scopes) {
      await grantObject(env, { userId, grantId }).narrow(scopes);
    },
  };
}

/**
 * What KV shows may be a minute old; the grant's object knows. While that cannot be asked, the connection is
 * shown: a person who means to end it can try.
 */
async function isKnownToHaveEnded(env: Pick<Env, "GRANT">, id: GrantId): Promise<boolean> {
  try {
    return await grantObject(env, id).isEnded();
  } catch (error) {
    console.error({ event: "grant_unreachable", error: String(error) });
    return false;
  }
}
