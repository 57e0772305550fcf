import type { KeyCredential } from "../config/client-credential";
import type { Identity } from "../identity/principal";
import type { UpstreamTokens } from "../identity/upstream-tokens";
import type { ExchangeEndpoint } from "../issuers/exchange-endpoint";
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
  /**
   * What the person has allowed the client here, with all that it implies: a provider asks for tokens for no more
   * than that. Absent where a browser signs in and no client does: then nothing calls an API with them.
   */
  readonly scopes?: readonly string[];
  /** Whether somebody else is to sign in than whoever the provider already knows in this browser. */
  readonly isAnother?: boolean;
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
   * @returns `upstream` only where tools use it (`ProviderOptions.tokens`).
   * @throws SignInRefused when the person or the provider said no.
   * @throws IdentityProviderError when the provider does not answer, or answers nonsense.
   */
  identify(
    callback: URL,
    signIn: SignIn,
  ): Promise<{ identity: Identity; upstream?: UpstreamTokens }>;
  /**
   * Renews the tokens of a sign-in; there only where they are kept.
   *
   * @throws UpstreamGrantEnded when that is over for good.
   * @throws IdentityProviderError when it may work later.
   */
  refresh?(upstream: UpstreamTokens): Promise<UpstreamTokens>;
  /** Exchanges tokens of a sign-in for those of other APIs; there only where the provider can, and knows us. */
  readonly exchange?: ExchangeEndpoint;
  /** The key that this server signs with there (private_key_jwt): its public half is published. */
  readonly key?: KeyCredential;
  /** The base of the address of the API that `upstream` is for, without a slash at the end. */
  readonly apiUrl?: string;
};

/** Why a provider signs nobody in, for now: the codes of OpenID Connect Core, section 3.1.2.6. */
export const REFUSALS = [
  "access_denied",
  "login_required",
  "interaction_required",
  "consent_required",
  "account_selection_required",
] as const;
export type RefusalCode = (typeof REFUSALS)[number];

/** The person refused at the identity provider, or it refused them. */
export class SignInRefused extends GatehouseError {
  override readonly name = "SignInRefused";
  override readonly code = "sign_in_refused" satisfies ErrorCode;
  /** What the provider answered. */
  readonly refusal: RefusalCode;

  constructor(refusal: RefusalCode) {
    super(`The identity provider answered ${refusal}`);
    this.refusal = refusal;
  }
}

/** The provider says that the person's consent has ended (`invalid_grant`): final. */
export class UpstreamGrantEnded extends GatehouseError {
  override readonly name = "UpstreamGrantEnded";
  override readonly code = "upstream_grant_ended" satisfies ErrorCode;
}

/**
 * What a log may quote of a failure at a provider, so that an operator can act on it: codes, addresses
 * without their query, and names of algorithms and issuers. Never a token, and nothing about the person.
 */
export type ProviderFacts = {
  /** Which endpoint was asked. */
  readonly endpoint?: string;
  readonly status?: number;
  /** The provider's own `error` code (RFC 6749, section 5.2). */
  readonly code?: string;
  readonly expected?: string;
  readonly received?: string;
  /** What the operator can do. */
  readonly advice?: string;
};

/**
 * The identity provider is down, or does not keep to its protocol, or knows this server as something else
 * than its configuration says. `cause` says how, for the log.
 */
export class IdentityProviderError extends GatehouseError {
  override readonly name = "IdentityProviderError";
  override readonly code: Extract<ErrorCode, `identity_provider_${string}`>;
  /** Whether it stays so until the operator, or the provider's, changes something. */
  readonly isPermanent: boolean;
  readonly facts: ProviderFacts;

  constructor(
    message: string,
    options: { isPermanent?: boolean; facts?: ProviderFacts; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.isPermanent = options.isPermanent ?? false;
    this.code = this.isPermanent ? "identity_provider_misconfigured" : "identity_provider_failed";
    this.facts = options.facts ?? {};
  }
}
