import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { csrf } from "hono/csrf";
import { HTTPException } from "hono/http-exception";
import type { PersonsServices } from "../features";
import { allowMethods } from "../lib/allow-methods";
import type { Signatures } from "../lib/signatures";
import type { OwnAuthorization } from "../own-authorization";
import type { Catalogue } from "../tools/catalogue";
import { ErrorPage } from "../ui/error-page";
import { page } from "../ui/respond";
import { activitiesOf, type RecentCalls } from "./activity";
import type { BrowserSessions } from "./browser-session";
import { ActivitiesPage, ConnectionPage } from "./connection-page";
import { connectionsOf } from "./connections";
import { ConnectionsPage } from "./connections-page";
import { EndAllPage, EndPage } from "./end-page";
import { grantedScopes } from "./granted-scopes";
import { type GuardedEnv, guard } from "./guard";
import { fromElsewhere, HOME, signedOut, unknownConnection } from "./messages";
import { endedNote, type Note, notes } from "./notes";
import { SignInPage } from "./sign-in-page";

export type ConnectionsAppOptions = {
  serverName: string;
  authorization: OwnAuthorization;
  catalogue: Catalogue;
  origin: string;
  signatures: Signatures;
  sessions: BrowserSessions;
  recentCalls: RecentCalls;
  /** What a person connected; undefined where there is nothing to connect. */
  servicesOf: ((userId: string, env: Env) => PersonsServices) | undefined;
};

const MAX_FORM_BYTES = 64 * 1_024;
/** Of one connection: on its page, and where all is shown. */
const SHOWN_CALLS = 20;
const ALL_CALLS = 500;

/**
 * Where a person manages the apps that they connected: what each may do and did, ending one or all,
 * removing permissions. Every change is answered with a redirect, so that reloading a page changes
 * nothing.
 */
export function createConnectionsApp(options: ConnectionsAppOptions): Hono<GuardedEnv> {
  const { serverName, authorization, catalogue, origin, signatures, sessions } = options;
  const { grantIdleTtlSeconds: idleTtlSeconds, identityProvider } = authorization;
  const server = { serverName, identityProviderName: identityProvider.displayName };
  const told = notes(signatures);
  const app = new Hono<GuardedEnv>().basePath(HOME);

  const connectionsIn = ({ env, var: { session } }: Context<GuardedEnv>) =>
    connectionsOf(session.userId, env, { issuer: origin, idleTtlSeconds });
  const activitiesIn = ({ env, var: { session } }: Context<GuardedEnv>, perGrant = SHOWN_CALLS) =>
    activitiesOf(options.recentCalls, env, session.userId, { ...catalogue, perGrant });
  const noteIn = ({ req, var: { session } }: Context<GuardedEnv>) =>
    told.in(new URL(req.url), session);

  const servicesIn = ({ env, var: { session } }: Context<GuardedEnv>) =>
    options.servicesOf?.(session.userId, env);

  app.use("/", allowMethods("GET", "HEAD"));
  app.use("/sign-out", allowMethods("POST"));
  app.use("/end-all", allowMethods("GET", "HEAD", "POST"));
  app.use("/*", csrf({ origin }), bodyLimit({ maxSize: MAX_FORM_BYTES }));
  app.use("/*", guard(server, sessions, signatures));

  app.get("/", async (c) => {
    const { session, formToken } = c.var;
    const [list, activities, note, services] = await Promise.all([
      connectionsIn(c).list(),
      activitiesIn(c),
      noteIn(c),
      servicesIn(c)?.section(formToken),
    ]);
    const personName = session.name;
    const inWords = (scopes: readonly string[]) => grantedScopes(catalogue, scopes);
    const shown = {
      ...server,
      ...list,
      inWords,
      personName,
      formToken,
      activities,
      note,
      services,
    };
    return page(c, <ConnectionsPage {...shown} />);
  });

  app.post("/sign-out", (c) => {
    const headers = new Headers({ "set-cookie": sessions.end });
    return page(c, <SignInPage {...server} {...signedOut} />, { headers });
  });

  app.get("/end-all", async (c) => {
    const list = await connectionsIn(c).list();
    if (list.connections.length === 0) return c.redirect(HOME);
    return page(c, <EndAllPage {...server} {...list} formToken={c.var.formToken} />);
  });

  app.post("/end-all", async (c) => {
    const left = await connectionsIn(c).endAll();
    return seeOther(c, HOME, { kind: "ended-all", left });
  });

  app.post("/services/:api/end", async (c) => {
    const ended = await servicesIn(c)?.end(c.req.param("api"));
    // Also when the button was pressed twice, or in another tab before.
    return ended === undefined
      ? c.redirect(HOME, 303)
      : seeOther(c, HOME, { kind: "service-ended", ...ended });
  });

  app.get("/:grantId", async (c) => {
    const grantId = c.req.param("grantId");
    const [connection, activities, note] = await Promise.all([
      connectionsIn(c).find(grantId),
      activitiesIn(c),
      noteIn(c),
    ]);
    if (connection === undefined) return noSuchConnection(c);
    // A grant never gets a scope back, so the narrowed scopes are newer than what KV shows.
    const left = note?.kind === "narrowed" ? note.scopes : connection.scopes;
    const shown = {
      connection,
      scopes: grantedScopes(
        catalogue,
        connection.scopes.filter((scope) => left.includes(scope)),
      ),
      activities: activities && (activities.get(grantId) ?? []).slice(0, SHOWN_CALLS),
      // There may be more than were read.
      allActivities:
        (activities?.get(grantId)?.length ?? 0) < SHOWN_CALLS
          ? undefined
          : `${HOME}/${grantId}/activity`,
      note,
    };
    return page(c, <ConnectionPage {...server} {...shown} formToken={c.var.formToken} />);
  });

  app.get("/:grantId/activity", async (c) => {
    const grantId = c.req.param("grantId");
    const [connection, activities] = await Promise.all([
      connectionsIn(c).find(grantId),
      activitiesIn(c, ALL_CALLS),
    ]);
    if (connection === undefined) return noSuchConnection(c);
    const all = activities && (activities.get(grantId) ?? []);
    return page(c, <ActivitiesPage {...server} connection={connection} activities={all} />);
  });

  app.post("/:grantId/scopes", async (c) => {
    const connections = connectionsIn(c);
    const connection = await connections.find(c.req.param("grantId"));
    if (connection === undefined) return noSuchConnection(c);
    const ticked = (await c.req.formData()).getAll("scope").map(String);
    const left = connection.scopes.filter((scope) => ticked.includes(scope));
    if (left.length === 0) {
      return page(c, <EndPage {...server} formToken={c.var.formToken} connection={connection} />);
    }
    const address = `${HOME}/${connection.grantId}`;
    if (left.length === connection.scopes.length) {
      return seeOther(c, address, { kind: "unchanged" });
    }
    await connections.narrow(connection, left);
    return seeOther(c, address, { kind: "narrowed", scopes: left });
  });

  app.post("/:grantId/end", async (c) => {
    const connections = connectionsIn(c);
    const connection = await connections.find(c.req.param("grantId"));
    // Also when the button was pressed twice, or in another tab.
    if (connection === undefined) return noSuchConnection(c);
    await connections.end(connection);
    return seeOther(c, HOME, endedNote(connection.clientName));
  });

  app.all("/*", noSuchConnection);

  app.onError((error, c) => {
    if (!(error instanceof HTTPException && error.status === 403)) throw error;
    return page(c, <ErrorPage {...server} {...fromElsewhere} />, { status: 403 });
  });

  /** RFC 9110, section 15.4.4. */
  async function seeOther(c: Context<GuardedEnv>, path: string, note: Note): Promise<Response> {
    return c.redirect(await told.addTo(path, note, c.var.session), 303);
  }

  function noSuchConnection(c: Context<GuardedEnv>) {
    return page(c, <ErrorPage {...server} {...unknownConnection} />, { status: 404 });
  }

  return app;
}
