// All that is known here of how workers-oauth-provider reads a request, beside the RFCs.

/** A token that the library refuses by its form, once it knows the client, without a look into KV. */
export const FORMLESS_TOKEN = "none";

/**
 * The same request as a revocation (RFC 7009, section 2.1) of the refresh token that it presents. The library has
 * no other way to have a client authenticated; it deletes the grant only for the client that it was issued to.
 */
export function asRevocation(form: URLSearchParams, refreshToken: string): URLSearchParams {
  const revocation = new URLSearchParams(form);
  revocation.delete("grant_type");
  revocation.set("token", refreshToken);
  revocation.set("token_type_hint", "refresh_token");
  return revocation;
}
