import { errors, jwtVerify } from "jose";
import * as oauth from "oauth4webapi";
import * as z from "zod";
import type { IntrospectionAuthorization } from "../config";
import { errorText } from "../lib/error-text";
import { readBytes } from "../lib/read-bytes";
import { ValueUnavailable } from "../lib/remote-value";
import { authorizationServerMetadata, requestOptions } from "./authorization-server-metadata";
import { clientRequests } from "./client-requests";
import { CLOCK_SKEW_SECONDS } from "./clock";
import { errorCodeOf } from "./error-answer";
import { issuerKeys } from "./issuer-keys";

const MAX_ANSWER_BYTES = 256 * 1_024;
const JWT_ANSWER = "application/token-introspection+jwt";
/** With symmetric ones, anybody could try to guess the client secret as the key. */
const ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"];

const answerSchema = z.looseObject({ active: z.boolean() });
const jwtAnswerSchema = z.object({ token_introspection: answerSchema });
export type IntrospectionAnswer = z.infer<typeof answerSchema>;

/** Errors that servers use, against RFC 7662, section 2.2, to say that a token is not theirs. */
const FOREIGN_TOKEN = ["invalid_token", "unsupported_token_type", "invalid_grant"];

/**
 * Asks an authorization server about tokens (RFC 7662), authenticated as this server.
 *
 * @returns a function that asks about one token. It throws ValueUnavailable when there is no usable answer.
 */
export function introspectionEndpoint(
  authorization: IntrospectionAuthorization,
): (token: string) => Promise<IntrospectionAnswer> {
  const [issuer] = authorization.issuers;
  const { endpoint } = authorization;
  const metadata = authorizationServerMetadata(issuer);
  const client: oauth.Client = { client_id: authorization.client.clientId };
  const authenticated = clientRequests(authorization.client, "introspection");
  const keys = issuerKeys(issuer);

  async function ask(found: oauth.AuthorizationServer, token: string) {
    const server = endpoint === undefined ? found : { ...found, introspection_endpoint: endpoint };
    const response = await authenticated(server, (authentication) =>
      oauth.introspectionRequest(server, client, authentication, token, {
        ...requestOptions(issuer),
        additionalParameters: { token_type_hint: "access_token" },
      }),
    );
    return answerIn(response, token);
  }

  async function answerIn(response: Response, token: string): Promise<IntrospectionAnswer> {
    const { status } = response;
    if (status >= 400 && status < 500) {
      const error = await errorCodeOf(response);
      if (isOfForeignToken(status, error, token)) return { active: false };
      throw new Error(`Status ${status}${error === undefined ? "" : ` (${error})`}`);
    }
    const bytes = await readBytes(response.body, MAX_ANSWER_BYTES);
    if (status !== 200) throw new Error(`Status ${status}`);
    const text = new TextDecoder().decode(bytes);
    const [type] = (response.headers.get("content-type") ?? "").split(";");
    switch (type?.trim().toLowerCase()) {
      case "application/json":
        return answerSchema.parse(JSON.parse(text));
      case JWT_ANSWER:
        return signedAnswer(text);
      default:
        throw new Error("The content type is not application/json");
    }
  }

  /** RFC 9701, section 5. We do not request it, but some servers answer every registered client this way. */
  async function signedAnswer(jwt: string): Promise<IntrospectionAnswer> {
    const { payload } = await jwtVerify(jwt.trim(), keys, {
      algorithms: ALGORITHMS,
      issuer,
      audience: client.client_id,
      typ: "token-introspection+jwt",
      clockTolerance: CLOCK_SKEW_SECONDS,
    });
    return jwtAnswerSchema.parse(payload).token_introspection;
  }

  /** RFC 7662, section 2.2, has 200 for a foreign token; some servers answer a foreign JWT with an error. */
  function isOfForeignToken(status: number, error: string | undefined, token: string): boolean {
    if (error !== undefined && FOREIGN_TOKEN.includes(error)) return true;
    // Other errors are about the request, unless the token itself says that another server issued it.
    const isAboutRequest = error === undefined || error === "invalid_request";
    return (status === 400 || status === 404) && isAboutRequest && isIssuedElsewhere(token, issuer);
  }

  return async (token) => {
    try {
      const found = await metadata.get();
      try {
        return await ask(found, token);
      } catch (error) {
        // The endpoint may have moved: the metadata is cached for an hour.
        const renewed = await metadata.renewed().catch(() => found);
        if (endpoint !== undefined || !hasMoved(found, renewed)) throw error;
        return await ask(renewed, token);
      }
    } catch (error) {
      console.error({ event: "introspection_failed", error: causeOf(error) });
      throw new ValueUnavailable("The authorization server does not answer about tokens", {
        cause: error,
      });
    }
  };
}

function hasMoved(before: oauth.AuthorizationServer, now: oauth.AuthorizationServer): boolean {
  return before.introspection_endpoint !== now.introspection_endpoint;
}

const issuerSchema = z.object({ iss: z.string() });

/** Read without verification: it only decides between two refusals. */
function isIssuedElsewhere(token: string, issuer: string): boolean {
  try {
    const payload = Uint8Array.fromBase64(token.split(".")[1] ?? "", { alphabet: "base64url" });
    const claims = issuerSchema.safeParse(JSON.parse(new TextDecoder().decode(payload))).data;
    return claims !== undefined && claims.iss !== issuer;
  } catch {
    return false;
  }
}

function causeOf(error: unknown): string {
  if (error instanceof errors.JOSEError) return `signed answer: ${error.code}`;
  return errorText(error);
}
