import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { csrf } from "hono/csrf";
import { HTTPException } from "hono/http-exception";
import { fromElsewhere, outdatedPage } from "../account/messages";
import { onwardCookie } from "../account/onward";
import { SignInPage } from "../account/sign-in-page";
import type { ServiceConnection } from "../config";
import type { ConnectPagesOptions, SignedIn } from "../features";
import { allowMethods } from "../lib/allow-methods";
import { ContinuePage } from "../login/continue-page";
import { record } from "../login/sign-in-events";
import { limitSignIns } from "../login/sign-in-limit";
import { SignInRefused } from "../providers/identity-provider";
import { ErrorPage } from "../ui/error-page";
import { page } from "../ui/respond";
import { connectFlows } from "./connect-flow";
import * as messages from "./connect-messages";
import { ConnectedPage, ConnectPage, OtherPersonPage } from "./connect-page";
import { type ConnectTicket, connectTickets, isOver } from "./connect-ticket";
import { linkObject } from "./link-id";
import { connectedTokens, connectUrl, revokeTokens } from "./service-client";
import { logServiceFailure } from "./service-failure";

type ConnectEnv = { Bindings: Env };

const MAX_FORM_BYTES = 64 * 1_024;

/** What a link stands for, once it is known that whoever opened it is the person who was asked. */
type Admitted = {
  connection: ServiceConnection;
  ticket: ConnectTicket;
  text: string;
  session: SignedIn;
};

/**
 * Where a person connects another service: the link that a tool's failure or question led them to, the way to
 * the service and back. A link counts only for the person it was made for, who has to be signed in in the browser
 * (MCP, URL mode elicitation), and once.
 */
export function createConnectApp(options: ConnectPagesOptions): Hono<ConnectEnv> {
  const { serverName, identityProviderName, origin, signatures, sessions } = options;
  const byApi = new Map(options.connections.map((connection) => [connection.api, connection]));
  const tickets = connectTickets(signatures);
  const flows = connectFlows(origin, signatures);
  const app = new Hono<ConnectEnv>().basePath("/connect");

  app.use("/:api", allowMethods("GET", "POST"));
  app.use("/:api/callback", allowMethods("GET"));
  app.use("/*", limitSignIns(serverName), csrf({ origin }), bodyLimit({ maxSize: MAX_FORM_BYTES }));

  app.get("/:api", async (c) => {
    const admitted = await admit(c, c.req.param("api"), c.req.query("ticket") ?? "");
    if (admitted instanceof Response) return admitted;
    const { connection, ticket, text, session } = admitted;
    const shown = {
      ...{ serverName, connection, ticket, ticketText: text, personName: session.name },
      formToken: await signatures.sign("form", session.cookie),
      isConnected: await linkOf(c, ticket).hasScopes(scopesOf(connection)),
    };
    return page(c, <ConnectPage {...shown} />);
  });

  app.post("/:api", async (c) => {
    // A body that is no form is like an empty one.
    const form = await c.req.formData().catch(() => new FormData());
    const admitted = await admit(c, c.req.param("api"), String(form.get("ticket")));
    if (admitted instanceof Response) return admitted;
    const { connection, ticket, text, session } = admitted;
    if (!(await signatures.isSigned(String(form.get("token")), "form", session.cookie))) {
      return failed(c, 403, outdatedPage);
    }
    const { api, displayName } = connection;
    const scopes = scopesOf(connection);
    if (await linkOf(c, ticket).hasScopes(scopes)) {
      const isAllowed = await linkOf(c, ticket).allow(clientOf(ticket), ticket, scopes);
      return isAllowed
        ? connected(c, connection, ticket, { scopes, isNew: false })
        : failed(c, 400, messages.linkUsed);
    }
    const { flow, cookie } = await flows.begin(api, text, session.userId);
    try {
      const { href } = await connectUrl(connection, flow);
      const shown = <ContinuePage serverName={serverName} url={href} destination={displayName} />;
      return page(c, shown, { headers: { "set-cookie": cookie } });
    } catch (error) {
      logServiceFailure(connection, error);
      return failed(c, 503, messages.failedThere(displayName));
    }
  });

  app.get("/:api/callback", async (c) => {
    const connection = byApi.get(c.req.param("api"));
    const session = await sessions.of(c);
    const resumed =
      connection && session && (await flows.resume(c, connection.api, session.userId));
    const ticket = resumed && (await tickets.read(resumed.ticket));
    if (ticket === undefined || connection === undefined || session === undefined) {
      return failed(c, 400, messages.flowOver);
    }
    if (ticket.api !== connection.api || ticket.userId !== session.userId) {
      return failed(c, 400, messages.flowOver);
    }
    const headers = { "set-cookie": resumed?.clearCookie ?? "" };
    const { displayName } = connection;
    try {
      const { flow } = resumed ?? {};
      if (flow === undefined) return failed(c, 400, messages.flowOver);
      const tokens = await connectedTokens(connection, new URL(c.req.url), flow);
      const scopes = scopesOf(connection);
      if (!(await linkOf(c, ticket).keep(tokens, scopes, clientOf(ticket), ticket))) {
        await revokeTokens(connection, tokens).catch((error: unknown) => {
          logServiceFailure(connection, error);
        });
        return failed(c, 400, messages.linkUsed, headers);
      }
      return connected(c, connection, ticket, { scopes: tokens.scopes, isNew: true }, headers);
    } catch (error) {
      if (error instanceof SignInRefused) {
        return failed(c, 403, messages.refusedThere(displayName), headers);
      }
      logServiceFailure(connection, error);
      return failed(c, 503, messages.failedThere(displayName), headers);
    }
  });

  app.onError((error, c) => {
    if (!(error instanceof HTTPException && error.status === 403)) throw error;
    return failed(c, 403, fromElsewhere);
  });

  /** @returns the page that refuses, for whoever may not go on. */
  async function admit(
    c: Context<ConnectEnv>,
    api: string,
    text: string,
  ): Promise<Admitted | Response> {
    const connection = byApi.get(api);
    if (connection === undefined) return failed(c, 404, messages.noSuchService);
    const ticket = await tickets.read(text);
    if (ticket?.api !== api) return failed(c, 400, messages.unknownLink);
    if (isOver(ticket)) return failed(c, 400, messages.linkOver);
    const session = await sessions.of(c);
    const service = connection.displayName;
    if (session === undefined) {
      const headers = { "set-cookie": onwardCookie(`/connect/${api}?ticket=${text}`) };
      const words = messages.signInToConnect(service);
      const shown = { serverName, identityProviderName, ...words };
      return page(c, <SignInPage {...shown} />, { headers });
    }
    if (session.userId !== ticket.userId) {
      const shown = { serverName, service, personName: session.name };
      return page(c, <OtherPersonPage {...shown} />, { status: 403 });
    }
    if (await linkOf(c, ticket).isUsed(ticket.id)) return failed(c, 400, messages.linkUsed);
    return { connection, ticket, text, session };
  }

  function connected(
    c: Context<ConnectEnv>,
    { api, displayName }: ServiceConnection,
    { userId, clientId }: ConnectTicket,
    { scopes, isNew }: { scopes: readonly string[]; isNew: boolean },
    headers?: HeadersInit,
  ) {
    record(c, {
      kind: "service_connected",
      ...{ userId, clientId, api, scopes: [...scopes], isNew },
    });
    const shown = <ConnectedPage serverName={serverName} service={displayName} />;
    return page(c, shown, headers === undefined ? {} : { headers });
  }

  function failed(
    c: Context,
    status: 400 | 403 | 404 | 503,
    words: { title: string; message: string; advice: string },
    headers?: HeadersInit,
  ) {
    const init = headers === undefined ? { status } : { status, headers };
    return page(c, <ErrorPage serverName={serverName} {...words} />, init);
  }

  return app;
}

const scopesOf = ({ scopes }: ServiceConnection) => scopes.map(({ name }) => name);

const clientOf = ({ clientId, clientName }: ConnectTicket) => ({ clientId, clientName });

const linkOf = ({ env }: Context<ConnectEnv>, { userId, api }: ConnectTicket) =>
  linkObject(env, { userId, api });
