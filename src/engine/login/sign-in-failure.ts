import type { AuthorizationErrorCode } from "@cloudflare/workers-oauth-provider";
import {
  IdentityProviderError,
  type RefusalCode,
  SignInRefused,
} from "../providers/identity-provider";
import { failureFacts } from "../providers/provider-failure";
import type { Refusal } from "./refusals";

/** Why a person could not be signed in. */
export type SignInFailure = {
  /** The error code that the client gets (RFC 6749, section 4.1.2.1). */
  readonly code: AuthorizationErrorCode;
  readonly description: string;
  /** As the audit has it. */
  readonly reason:
    | "refused_by_provider"
    | "another_person"
    | "provider_unavailable"
    | "provider_misconfigured";
  /** What the person has to read first; absent where the client's own message is enough. */
  readonly page?: Refusal & { status: 403 | 500 };
};

/**
 * What a failed sign-in means to the client and to the person; for the operator, it logs what to change.
 *
 * @param provider its name, as people know it.
 * @throws any error that is not a failed sign-in.
 */
export function signInFailureOf(error: unknown, provider: string): SignInFailure {
  if (error instanceof SignInRefused) return refusal(error.refusal, provider);
  if (!(error instanceof IdentityProviderError)) throw error;
  const { isPermanent } = error;
  console.error({ event: "identity_provider_error", lasts: isPermanent, ...failureFacts(error) });
  return isPermanent ? misconfigured(provider) : unavailable;
}

/** Whoever came back from the identity provider is not who consented. */
export const anotherPerson: SignInFailure = {
  code: "access_denied",
  description: "Somebody else signed in than who consented",
  reason: "another_person",
  page: {
    status: 403,
    title: "You signed in as somebody else",
    message:
      "You allowed this as one person, and then signed in with another account. Nothing was allowed.",
    advice: "Go back to the app and connect again. Choose “Not you?” to use the other account.",
  },
};

const unavailable: SignInFailure = {
  code: "temporarily_unavailable",
  description: "The identity provider does not answer at the moment: try again in a minute",
  reason: "provider_unavailable",
};

function misconfigured(provider: string): SignInFailure {
  return {
    code: "server_error",
    description: "This server and its identity provider are not set up for each other",
    reason: "provider_misconfigured",
    page: {
      status: 500,
      title: "Signing in does not work on this server",
      message: `This server and ${provider} are not set up for each other, so nobody could be signed in. Nothing was allowed.`,
      advice:
        "Trying again will not help. Ask the operator of this server: its log says what is wrong (identity_provider_error).",
    },
  };
}

/** OpenID Connect Core, section 3.1.2.6, for the person. Each ends in something that they can do. */
function refusal(code: RefusalCode, provider: string): SignInFailure {
  const reason = "refused_by_provider";
  if (code === "access_denied") {
    const description = "The sign-in was cancelled, or the identity provider refused it";
    return { code, description, reason };
  }
  console.warn({ event: "identity_provider_refused", code });
  const words = REFUSAL_PAGES[code](provider);
  const description = `The identity provider answered ${code}`;
  return { code: "access_denied", description, reason, page: { status: 403, ...words } };
}

const AGAIN = "then try again.";

const REFUSAL_PAGES: Record<
  Exclude<RefusalCode, "access_denied">,
  (provider: string) => Refusal
> = {
  login_required: (provider) => ({
    title: `You are not signed in at ${provider}`,
    message: `${provider} did not ask you to sign in, and does not know who you are. Nothing was allowed.`,
    advice: `Sign in at ${provider} first, ${AGAIN}`,
  }),
  interaction_required: (provider) => ({
    title: `${provider} needs something from you first`,
    message: `That may be a second factor, a new password, or terms to accept. Nothing was allowed.`,
    advice: `Sign in at ${provider} and do what it asks, ${AGAIN}`,
  }),
  consent_required: (provider) => ({
    title: `${provider} needs your consent first`,
    message: `You, or an administrator of your organization, have not allowed ${provider} to say who you are to this server. Nothing was allowed.`,
    advice: `Allow it at ${provider}, or ask your administrator to, ${AGAIN}`,
  }),
  account_selection_required: (provider) => ({
    title: `Choose an account at ${provider}`,
    message: `You have several accounts there, and ${provider} does not know which one you mean. Nothing was allowed.`,
    advice: `Choose one at ${provider}, or sign out of the others, ${AGAIN}`,
  }),
};
