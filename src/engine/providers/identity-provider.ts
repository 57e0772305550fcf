import type { Identity } from "../identity/principal";
import type { UpstreamTokens } from "../identity/upstream-tokens";
import { type ErrorCode, GatehouseError } from "../lib/gatehouse-error";

/** One sign-in at the identity provider. The secrets are kept server-side until the person is back. */
export type SignIn = {
  /** Where the provider sends the person back: `<origin>/callback`. */
  readonly redirectUri: string;
  /** Bound to the person's browser; created after consent (workers-oauth-provider's beginUpstream). */
  readonly state: string;
  /** PKCE (RFC 7636). */
  readonly codeVerifier: string;
  /** Ties the ID token to this sign-in (OpenID Connect Core, section 3.1.2.1). */
  readonly nonce: string;
};

/** Who people are. One file in providers/ implements it for one kind of provider. */
export type IdentityProvider = {
  /** As people know it, for "Continue to …". */
  readonly displayName: string;
  /**
   * The address to send the person to.
   * @throws IdentityProviderError when the provider does not answer, or answers nonsense.
   */
  authorizationUrl(signIn: SignIn): Promise<URL>;
  /**
   * Finds out who came back.
   *
   * @param callback the address that the provider sent the person to, with its parameters.
   * @returns `upstream` only where tools call the provider's API.
   * @throws SignInRefused when the person or the provider said no.
   * @throws IdentityProviderError when the provider does not answer, or answers nonsense.
   */
  identify(
    callback: URL,
    signIn: SignIn,
  ): Promise<{ identity: Identity; upstream?: UpstreamTokens }>;
  /**
   * Renews the tokens for the provider's API; there only where tools call it.
   *
   * @throws UpstreamGrantEnded when that is over for good.
   * @throws IdentityProviderError when it may work later.
   */
  refresh?(upstream: UpstreamTokens): Promise<UpstreamTokens>;
};

/** The person refused at the identity provider, or it refused them. */
export class SignInRefused extends GatehouseError {
  override readonly name = "SignInRefused";
  override readonly code = "sign_in_refused" satisfies ErrorCode;
}

/** The provider says that the person's consent has ended (`invalid_grant`): final. */
export class UpstreamGrantEnded extends GatehouseError {
  override readonly name = "UpstreamGrantEnded";
  override readonly code = "upstream_grant_ended" satisfies ErrorCode;
}

/** The identity provider is down, or does not keep to its protocol. `cause` says how, for the log. */
export class IdentityProviderError extends GatehouseError {
  override readonly name = "IdentityProviderError";
  override readonly code = "identity_provider_failed" satisfies ErrorCode;
}
