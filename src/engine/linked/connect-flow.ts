import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import { expiringSecret, isLive } from "../lib/expiring-secret";
import { hostCookie } from "../lib/host-cookie";
import type { Signatures } from "../lib/signatures";
import type { ConnectFlow } from "./service-client";

/**
 * The way of a browser to a service and back. As with sign-ins (account/sign-in.ts) nothing is stored: `state` and the
 * code verifier are derived from a random text that only a cookie of the browser holds, together with the
 * ticket. `state` is bound to both, and to the person who is signed in: a code that somebody else got at the
 * service cannot be brought into this browser, and theirs into no other.
 */
export type ConnectFlows = {
  /** What to send the browser with. */
  begin(
    api: string,
    ticket: string,
    userId: string,
  ): Promise<{ flow: ConnectFlow; cookie: string }>;
  /** @returns undefined when it was not begun in this browser as this person, or is over. */
  resume(
    c: Context,
    api: string,
    userId: string,
  ): Promise<{ flow: ConnectFlow; ticket: string; clearCookie: string } | undefined>;
};

const FLOW_SECONDS = 600;
/** Of the state, which is in the name of the cookie: two tabs do not disturb each other. */
const COOKIE_ID_LENGTH = 16;

export function connectFlows(origin: string, { sign, isSigned }: Signatures): ConnectFlows {
  const flowOf = async (api: string, state: string, secret: string): Promise<ConnectFlow> => ({
    // One for each service, so that none can have another's answers taken for its own (RFC 9700, 4.4.2.2).
    redirectUri: `${origin}/connect/${api}/callback`,
    state,
    codeVerifier: await sign("connect code verifier", secret),
  });

  return {
    async begin(api, ticket, userId) {
      const secret = expiringSecret(FLOW_SECONDS);
      const state = await sign("connect state", secret, ticket, userId);
      return {
        flow: await flowOf(api, state, secret),
        cookie: hostCookie(cookieName(state), `${secret}~${ticket}`, FLOW_SECONDS),
      };
    },
    async resume(c, api, userId) {
      const state = c.req.query("state") ?? "";
      const name = cookieName(state);
      const [secret = "", ticket = ""] = (getCookie(c, name, "host") ?? "").split("~");
      const isOurs = await isSigned(state, "connect state", secret, ticket, userId);
      if (!isOurs || !isLive(secret)) return undefined;
      const clearCookie = hostCookie(name, "", 0);
      return { flow: await flowOf(api, state, secret), ticket, clearCookie };
    },
  };
}

function cookieName(state: string): string {
  // Only such as a state of ours has: the name of a cookie takes less than an address.
  return `gatehouse-connect-${state.replace(/[^\w-]/g, "").slice(0, COOKIE_ID_LENGTH)}`;
}
