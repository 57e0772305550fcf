import { join } from "node:path";
import { answerInteraction, isInteraction } from "../local-servers/interactions.ts";
import { keptAdapter } from "../local-servers/kept-adapter.ts";
import { openLocalServer } from "../local-servers/local-server.ts";
import { findPerson, type Person } from "../local-servers/people.ts";
import { type Answer, type ApiCall, callIn, problem, send } from "./bearer-api.ts";
import { serviceProvider } from "./service-provider.ts";

/** A service that people connect: its API, and the authorization server that issues the tokens for it. */
export type ConnectedApi = {
  /** The base of its API, and the issuer, such as `http://127.0.0.1:8790`. */
  readonly origin: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The tokens that its API received, in the order of their first use. */
  readonly tokens: ReadonlySet<string>;
  /** Stops it and closes open connections. May be called again. */
  stop(): Promise<void>;
};

/**
 * Starts a service that people connect, on this machine.
 *
 * @param options.name for pages and messages, such as `the calendar`.
 * @param options.port 0 takes a free one.
 * @param options.redirectUris where the server lets people come back to.
 * @param options.stateDir keeps what was issued across restarts; without it nothing is kept.
 * @param options.path below which the API is: such as `/v1/`.
 * @param options.scopeFor the scope that a request needs, by its method.
 * @param options.answer how the API answers a person with a valid token that has the scope.
 * @throws Error when the port is taken.
 */
export async function startConnectedApi(options: {
  name: string;
  port: number;
  redirectUris: readonly string[];
  stateDir?: string;
  path: string;
  scopes: readonly string[];
  accessTokenSeconds: number;
  scopeFor: (method: string) => string;
  answer: (person: Person, call: ApiCall) => Answer;
}): Promise<ConnectedApi> {
  const { name, stateDir } = options;
  const tokens = new Set<string>();
  const server = await openLocalServer(name, options.port);
  const { provider, question, ...client } = serviceProvider(server.origin, {
    ...options,
    ...(stateDir !== undefined && {
      adapter: keptAdapter(join(stateDir, `${name.replaceAll(/\W+/g, "-")}-tokens.json`)),
    }),
  });
  const handleProtocol = provider.callback();

  async function answerTo(
    authorization: string | undefined,
    method: string,
  ): Promise<Answer | Person> {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) return problem(401, "A token is needed", "Bearer");
    tokens.add(token);
    const found = await provider.AccessToken.find(token);
    const person = found?.isValid ? findPerson(found.accountId ?? "") : undefined;
    if (found === undefined || person === undefined) {
      return problem(401, "No token that is good here", 'Bearer error="invalid_token"');
    }
    const needed = options.scopeFor(method);
    if (found.scopes.has(needed)) return person;
    const challenge = `Bearer error="insufficient_scope", scope="${needed}"`;
    return problem(403, "The token does not allow this", challenge);
  }

  server.serve(async (request, response, url) => {
    if (url.pathname.startsWith(options.path)) {
      const call = await callIn(request, url);
      const known = await answerTo(request.headers.authorization, call.method);
      return send(response, "status" in known ? known : options.answer(known, call));
    }
    if (isInteraction(url.pathname))
      return answerInteraction(provider, question, request, response);
    handleProtocol(request, response);
  });
  return { origin: server.origin, ...client, tokens, stop: server.stop };
}
