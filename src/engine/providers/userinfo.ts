import * as z from "zod";
import { type ProviderKeys, verifiedJwt } from "./id-token";
import { IdentityProviderError } from "./identity-provider";
import { HTTP_TIMEOUT_MS, jsonAnswer, mediaTypeOf } from "./provider-answer";
import { loggedUrl, misconfigured } from "./provider-failure";

const userInfoSchema = z.looseObject({ sub: z.string().min(1) });
export type UserInfo = z.infer<typeof userInfoSchema>;

const MAX_JWT_CHARS = 64 * 1_024;

/**
 * What a provider says of the person who is signed in (OpenID Connect Core, section 5.3): as JSON, or
 * signed, as a JWT.
 *
 * @throws IdentityProviderError and whatever a network throws.
 */
export async function userInfoAt(
  { endpoint, issuer, clientId }: { endpoint: string; issuer: string; clientId: string },
  accessToken: string,
  keys: ProviderKeys,
): Promise<UserInfo> {
  const response = await fetch(endpoint, {
    headers: {
      authorization: `Bearer ${accessToken}`,
      accept: "application/json, application/jwt;q=0.9",
    },
    // A redirect would take the token to another address.
    redirect: "manual",
    signal: AbortSignal.timeout(HTTP_TIMEOUT_MS),
  });
  if (response.ok && mediaTypeOf(response) === "application/jwt") {
    const jwt = await response.text();
    const facts = loggedUrl(endpoint);
    if (jwt.length > MAX_JWT_CHARS)
      throw misconfigured("userinfo is too large", { endpoint: facts });
    return userInfoSchema.parse(
      await verifiedJwt(jwt, keys, { issuer, audience: clientId }, facts),
    );
  }
  return userInfoSchema.parse(await jsonAnswer(response, endpoint));
}

/** The sign-in goes on without what userinfo would have added. */
export function logUserInfoFailure(failure: Error): void {
  const facts = failure instanceof IdentityProviderError ? failure.facts : {};
  console.warn({ event: "userinfo_failed", error: failure.message, ...facts });
}
