import type { ServiceConnection } from "../config";
import type { Principal } from "../identity/principal";
import { signatures } from "../lib/signatures";
import { challengeFacts } from "../upstream/challenge-facts";
import { ConnectionRequired } from "../upstream/connection-required";
import type { TokenSource } from "../upstream/token-source";
import { UpstreamError } from "../upstream/upstream-error";
import { connectTickets } from "./connect-ticket";
import { linkObject } from "./link-id";
import type { TokenAnswer, WhyRequired } from "./service-link";

/**
 * Tokens of services that the person connected, for one tool call. Which person is what the request's token
 * says, and which API what the definition says.
 *
 * @param sessionSecret SESSION_SECRET, which signs the tickets.
 */
export function linkedTokens(
  env: Pick<Env, "SERVICE_LINK">,
  principal: Principal,
  sessionSecret: string,
): (connection: ServiceConnection) => TokenSource {
  const { userId, clientId, clientName } = principal;

  async function connectionRequired(connection: ServiceConnection, why: WhyRequired) {
    const { api, displayName } = connection;
    const tickets = connectTickets(signatures(sessionSecret));
    const { ticket, text } = await tickets.issue({ userId, clientId, clientName, api });
    // Tokens of this server are for one address of it, which people reach, too.
    const url = new URL(`/connect/${api}`, principal.resource);
    url.searchParams.set("ticket", text);
    const address = { url: url.href, elicitationId: ticket.id };
    return new ConnectionRequired(api, `${needs[why](displayName)} ${LINK_IS_YOURS}`, address);
  }

  return (connection) => {
    const { api, displayName } = connection;
    const link = () => linkObject(env, { userId, api });
    const renewedForRefusal = new Set<string>();
    let wasRefused = false;

    async function failure(answer: Exclude<TokenAnswer, { kind: "token" }>): Promise<Error> {
      if (answer.kind === "required") return connectionRequired(connection, answer.why);
      return new UpstreamError(
        "unavailable",
        `${displayName} did not renew its access. Try again later.`,
      );
    }

    return {
      async accessToken() {
        const answer = await reached(() => link().token(clientId, connection));
        if (answer.kind !== "token") throw await failure(answer);
        if (wasRefused) renewedForRefusal.add(answer.accessToken);
        return answer.accessToken;
      },
      async refused(_api, accessToken, challenge) {
        wasRefused = true;
        const isRenewed = renewedForRefusal.has(accessToken);
        const answer = await reached(() => link().refused(accessToken, isRenewed, connection));
        if (answer.kind === "retry") return true;
        if (answer.kind === "token") return true;
        if (answer.kind === "required") {
          console.warn({ event: "service_token_refused", api, ...challengeFacts(challenge) });
        }
        throw await failure(answer);
      },
    };
  };
}

/** An object that is being replaced takes a moment until it can be reached again. */
const ATTEMPTS = 3;

/** Asks an object what can be asked twice, also while a deploy replaces it. */
async function reached(ask: () => Promise<TokenAnswer>): Promise<TokenAnswer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (attempt >= ATTEMPTS) throw error;
    }
  }
}

const LINK_IS_YOURS = "The link is for you alone, and good for ten minutes.";

const needs: Readonly<Record<WhyRequired, (service: string) => string>> = {
  not_connected: (service) => `This needs your account at ${service}: connect it in your browser.`,
  client_not_allowed: (service) =>
    `You have connected ${service}, but not for this app: allow it in your browser.`,
  ended: (service) =>
    `${service} does not accept what you connected any more: connect it again in your browser.`,
};
