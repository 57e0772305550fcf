import * as oauth from "oauth4webapi";
import * as z from "zod";
import type { IntrospectionAuthorization } from "../config";
import type { GroupsReader } from "../identity/groups";
import { ValueUnavailable } from "../lib/remote-value";
import { authorizationServerMetadata, requestOptions } from "./authorization-server-metadata";
import type { ExternalClaims } from "./claims";
import { clientAuthentication } from "./client-authentication";
import { IntrospectionCache } from "./introspection-cache";

const optionalText = z.string().optional().catch(undefined);

/** An active access token of a person, as RFC 7662, section 2.2, describes it. */
const activeSchema = z.object({
  active: z.literal(true),
  iss: z.string().optional(),
  // Absent from refresh tokens, which are active as well.
  aud: z.union([z.string().transform((aud) => [aud]), z.array(z.string())]),
  sub: z.string().min(1),
  client_id: z.string().min(1),
  scope: z.string().default(""),
  exp: z.number(),
  nbf: z.number().optional(),
  username: optionalText,
  name: optionalText,
  email: optionalText,
  email_verified: z.boolean().optional().catch(undefined),
  token_type: z
    .string()
    .optional()
    .refine((type) => type === undefined || /^(bearer|access_token)$/i.test(type)),
  // A token that is bound to a key (RFC 7800) proves nothing without that key.
  cnf: z.undefined().optional(),
});

/** A token is short, or a JWT that some servers introspect as well. */
const MAX_TOKEN_CHARS = 16_384;

/**
 * Asks the authorization server about each token (RFC 7662), authenticated as this server.
 *
 * @returns what it says of the token; undefined when that is not valid here. It throws
 *   ValueUnavailable when the server does not give a usable answer.
 */
export function introspector(
  authorization: IntrospectionAuthorization,
  groupsIn: GroupsReader,
): (token: string, audience: string) => Promise<ExternalClaims | undefined> {
  const [issuer] = authorization.issuers;
  const { cacheSeconds, endpoint } = authorization;
  const metadata = authorizationServerMetadata(issuer);
  const client: oauth.Client = { client_id: authorization.client.clientId };
  const authenticate = clientAuthentication(authorization.client);
  const cache = cacheSeconds > 0 ? new IntrospectionCache(issuer, cacheSeconds) : undefined;

  async function ask(token: string): Promise<unknown> {
    try {
      const found = await metadata.get();
      const server =
        endpoint === undefined ? found : { ...found, introspection_endpoint: endpoint };
      const authentication = await authenticate(server);
      const response = await oauth.introspectionRequest(server, client, authentication, token, {
        ...requestOptions(issuer),
        additionalParameters: { token_type_hint: "access_token" },
      });
      return await oauth.processIntrospectionResponse(server, client, response);
    } catch (error) {
      // Codes and classes only: a library's message may quote what it was given.
      console.error({ event: "introspection_failed", error: nameOf(error) });
      throw new ValueUnavailable("The authorization server does not answer about tokens", {
        cause: error,
      });
    }
  }

  return async (token, audience) => {
    if (token.length > MAX_TOKEN_CHARS) return undefined;
    const answer = await (cache?.answerFor(token, () => ask(token)) ?? ask(token));
    const parsed = activeSchema.safeParse(answer);
    if (!parsed.success) return undefined;
    const claims = parsed.data;
    const nowSeconds = Date.now() / 1_000;
    if (!claims.aud.includes(audience)) return undefined;
    if (claims.iss !== undefined && claims.iss !== issuer) return undefined;
    if (claims.exp <= nowSeconds || (claims.nbf ?? 0) > nowSeconds) return undefined;
    return {
      issuer,
      subject: claims.sub,
      clientId: claims.client_id,
      scopes: claims.scope.split(" ").filter((scope) => scope !== ""),
      expiresAtSeconds: claims.exp,
      name: claims.name ?? claims.username,
      email: claims.email_verified === true ? claims.email : undefined,
      groups: groupsIn(answer) ?? [],
    };
  };
}

function nameOf(error: unknown): string {
  if (error instanceof oauth.ResponseBodyError) return `${error.status} ${error.name}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : "unknown";
}
