import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import { expiringSecret, isLive } from "../lib/expiring-secret";
import { hostCookie } from "../lib/host-cookie";
import type { Signatures } from "../lib/signatures";
import type { IdentityProvider, SignIn } from "../providers/identity-provider";

/**
 * A sign-in that begins a browser session. It shares `/callback` with the sign-ins that begin a grant,
 * because only that address is registered at the identity provider; its `state` says which kind it is.
 *
 * Nothing is stored: `state`, code verifier and nonce are all derived, with the server's key, from a
 * random text that only a cookie of the browser holds. So a callback counts only in the browser that began
 * it (login CSRF, RFC 6749, section 10.12), and neither the cookie nor the address gives away the verifier.
 */
export type SessionSignIn = {
  /** What to send the browser with, and where: to the identity provider. */
  begin(): Promise<{ url: URL; cookie: string }>;
  /** Whether a callback is of such a sign-in, and not of one that begins a grant. */
  isFor(callback: URL): boolean;
  /**
   * The sign-in that a callback belongs to.
   *
   * @returns undefined when it was not begun in this browser, or is over.
   */
  resume(c: Context): Promise<{ signIn: SignIn; clearCookie: string } | undefined>;
};

/** As long as a consent page is valid. */
const SIGN_IN_SECONDS = 600;

/** No state of workers-oauth-provider has a dot. */
const STATE_PREFIX = "session.";

/** How much of the state goes into the cookie's name, so that two tabs do not disturb each other. */
const COOKIE_ID_LENGTH = 16;

/** @param redirectUri `<origin>/callback`. */
export function sessionSignIn(
  provider: Pick<IdentityProvider, "authorizationUrl">,
  redirectUri: string,
  { sign, isSigned }: Signatures,
): SessionSignIn {
  async function signInFrom(secret: string): Promise<SignIn> {
    return {
      redirectUri,
      state: STATE_PREFIX + (await sign("sign-in state", secret)),
      codeVerifier: await sign("sign-in code verifier", secret),
      nonce: await sign("sign-in nonce", secret),
    };
  }
  return {
    async begin() {
      const secret = expiringSecret(SIGN_IN_SECONDS);
      const signIn = await signInFrom(secret);
      return {
        url: await provider.authorizationUrl(signIn),
        cookie: hostCookie(cookieName(signIn.state), secret, SIGN_IN_SECONDS),
      };
    },
    isFor: (callback) => stateOf(callback).startsWith(STATE_PREFIX),
    async resume(c) {
      const state = stateOf(new URL(c.req.url));
      const name = cookieName(state);
      const secret = getCookie(c, name, "host") ?? "";
      const isOurs = await isSigned(state.slice(STATE_PREFIX.length), "sign-in state", secret);
      if (!isOurs || !isLive(secret)) return undefined;
      return { signIn: await signInFrom(secret), clearCookie: hostCookie(name, "", 0) };
    },
  };
}

function stateOf(callback: URL): string {
  return callback.searchParams.get("state") ?? "";
}

function cookieName(state: string): string {
  const id = state.slice(STATE_PREFIX.length).slice(0, COOKIE_ID_LENGTH);
  return `gatehouse-sign-in-${id}`;
}
