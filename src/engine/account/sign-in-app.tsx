import { type Context, Hono } from "hono";
import { isAllowedPerson } from "../identity/allowed-people";
import { userIdOf } from "../identity/user-id";
import { allowMethods } from "../lib/allow-methods";
import type { Signatures } from "../lib/signatures";
import { failedSignIn, record } from "../login/sign-in-events";
import { type SignInFailure, signInFailureOf } from "../login/sign-in-failure";
import { limitSignIns } from "../login/sign-in-limit";
import type { OwnAuthorization } from "../own-authorization";
import { PersonRefusedPage } from "../ui/person-refused-page";
import { page } from "../ui/respond";
import type { BrowserSessions } from "./browser-session";
import { onwardOf } from "./onward";
import { sessionSignIn } from "./sign-in";
import { SignInPage } from "./sign-in-page";

type SessionEnv = { Bindings: Env };

const SIGN_IN_PATH = "/connections/sign-in";
const AFTER_SIGN_IN = "/connections";

export type SessionAppOptions = {
  serverName: string;
  authorization: OwnAuthorization;
  origin: string;
  signatures: Signatures;
  sessions: BrowserSessions;
};

/**
 * How a person signs in with their browser alone, without a client: GET /connections/sign-in sends them to
 * the identity provider, GET /callback takes them back. A callback that begins a grant goes on to the next
 * handler of /callback.
 */
export function createSessionApp({
  serverName,
  authorization,
  origin,
  signatures,
  sessions,
}: SessionAppOptions): Hono<SessionEnv> {
  const { allowedPeople, identityProvider: provider } = authorization;
  const signIns = sessionSignIn(provider, `${origin}/callback`, signatures);
  const server = { serverName, identityProviderName: provider.displayName };
  const app = new Hono<SessionEnv>();

  app.use("/callback", allowMethods("GET"));
  app.use(SIGN_IN_PATH, allowMethods("GET"), limitSignIns(serverName));

  app.get(SIGN_IN_PATH, async (c) => {
    const begun = await signIns.begin().catch(failureOf);
    if (!("url" in begun)) return failed(c, begun);
    c.header("Set-Cookie", begun.cookie);
    return redirect(c, begun.url.href);
  });

  app.get("/callback", async (c, next) => {
    const callback = new URL(c.req.url);
    if (!signIns.isFor(callback)) return next();
    const resumed = await signIns.resume(c);
    if (resumed === undefined) return notSignedIn(c, expired);
    const { signIn, clearCookie } = resumed;
    const headers = new Headers({ "set-cookie": clearCookie });
    const identified = await provider.identify(callback, signIn).catch(failureOf);
    if (!("identity" in identified)) return failed(c, identified, headers);
    const { identity } = identified;
    const userId = await userIdOf(identity);
    const signedIn = { kind: "sign_in", userId, issuer: identity.issuer } as const;
    if (!isAllowedPerson(allowedPeople, { userId, identity })) {
      record(c, { ...signedIn, outcome: "refused", reason: "person_not_allowed" });
      console.warn({ event: "person_not_allowed" });
      const shown = <PersonRefusedPage {...server} account={identity} userId={userId} />;
      return page(c, shown, { status: 403, headers });
    }
    record(c, { ...signedIn, outcome: "ok" });
    const name = identity.name ?? identity.email ?? "an account without a name";
    headers.append("set-cookie", await sessions.begin({ userId, name }));
    const onward = onwardOf(c);
    if (onward !== undefined) headers.append("set-cookie", onward.clearCookie);
    for (const cookie of headers.getSetCookie()) c.header("Set-Cookie", cookie, { append: true });
    return redirect(c, onward?.link ?? AFTER_SIGN_IN);
  });

  function failureOf(error: unknown): SignInFailure {
    return signInFailureOf(error, provider.displayName);
  }

  function failed(c: Context<SessionEnv>, failure: SignInFailure, headers?: Headers) {
    record(c, { kind: "sign_in", ...failedSignIn(failure) });
    const brief = failure.code === "access_denied" ? refused : unavailable;
    return notSignedIn(c, failure.page ?? brief, headers);
  }

  function notSignedIn(
    c: Context,
    { status, title, message, advice }: Failure,
    headers = new Headers(),
  ) {
    const words = { title, message: advice === undefined ? message : `${message} ${advice}` };
    return page(c, <SignInPage {...server} {...words} />, { status, headers });
  }

  return app;
}

/** Why nobody was signed in, for the person. */
type Failure = { status: 400 | 403 | 500 | 503; title: string; message: string; advice?: string };

const expired: Failure = {
  status: 400,
  title: "This sign-in has expired",
  message:
    "It took more than ten minutes, was already finished, or began in another browser. Nothing happened.",
};

const refused: Failure = {
  status: 403,
  title: "You are not signed in",
  message: "The sign-in was cancelled or refused. Nothing happened.",
};

const unavailable: Failure = {
  status: 503,
  title: "Signing in does not work right now",
  message: "The service that signs people in does not answer. Try again in a minute.",
};

/** Addresses here carry states, and each is good once. */
function redirect(c: Context, location: string): Response {
  c.header("Cache-Control", "no-store");
  c.header("Referrer-Policy", "no-referrer");
  return c.redirect(location, 302);
}
