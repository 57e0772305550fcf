import * as oauth from "oauth4webapi";
import type { ClientCredential, SecretCredential } from "../config";
import {
  announced,
  type ClientEndpoint,
  clientAuthentication,
  usesBasic,
} from "./client-authentication";
import { needsDecoding } from "./client-secret-basic";
import { errorCodeOf } from "./error-answer";

/** Sends one request, authenticated in the given way. */
type Send = (authentication: oauth.ClientAuth) => Promise<Response>;

/**
 * Makes a sender of requests to one endpoint of the authorization server, authenticated as this server.
 *
 * If the server refuses the secret in a Basic header, and the configuration does not require that method,
 * the secret is sent once in the form as well; if that is accepted, it goes there from then on.
 *
 * @param prefix of the credential's variables, for the log.
 */
export function clientRequests(
  credential: ClientCredential,
  endpoint: ClientEndpoint,
  prefix = "AS",
): (server: oauth.AuthorizationServer, send: Send) => Promise<Response> {
  const authenticate = clientAuthentication(credential, endpoint);
  if (credential.kind === "key") return async (server, send) => send(await authenticate(server));
  const post = oauth.ClientSecretPost(credential.clientSecret);
  let postIsTaken = false;

  return async (server, send) => {
    if (postIsTaken) return send(post);
    const response = await send(await authenticate(server));
    if (!(await refusesClient(response))) return response;
    const isBasic = usesBasic(credential, server, endpoint);
    const mayPost =
      announced(server, endpoint, "methods_supported")?.includes("client_secret_post") ?? true;
    if (isBasic && credential.method === undefined && mayPost) {
      const second = await send(post);
      postIsTaken = !(await refusesClient(second));
      if (postIsTaken) return second;
    }
    logRefusal(credential, endpoint, isBasic, prefix);
    return response;
  };
}

/** RFC 6749, section 5.2: 401, or 400 with `invalid_client`. A 401 about a token is not one about the client. */
async function refusesClient(response: Response): Promise<boolean> {
  const { status } = response;
  if (status !== 400 && status !== 401) return false;
  const error = await errorCodeOf(response.clone());
  return error === "invalid_client" || (status === 401 && error !== "invalid_token");
}

function logRefusal(
  { clientId, clientSecret }: SecretCredential,
  endpoint: ClientEndpoint,
  isBasic: boolean,
  prefix: string,
): void {
  console.error({
    event: "client_authentication_refused",
    endpoint,
    method: isBasic ? "client_secret_basic" : "client_secret_post",
    hint:
      isBasic && needsDecoding(clientId, clientSecret)
        ? `${prefix}_CLIENT_ID or ${prefix}_CLIENT_SECRET has characters that a Basic header encodes (RFC 6749, ` +
          `section 2.3.1), and the server may not decode them: set ${prefix}_CLIENT_AUTH to client_secret_post`
        : `compare ${prefix}_CLIENT_ID and ${prefix}_CLIENT_SECRET with what the server issued, and ` +
          `${prefix}_CLIENT_AUTH with how the client is registered there`,
  });
}
