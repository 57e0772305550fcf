import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { Signatures } from "../lib/signatures";
import { ErrorPage } from "../ui/error-page";
import { page } from "../ui/respond";
import type { BrowserSession, BrowserSessions } from "./browser-session";
import { outdatedPage, sessionOver, welcome } from "./messages";
import { SignInPage } from "./sign-in-page";

/** What is known of a request that got past the guard. */
export type GuardedEnv = {
  Bindings: Env;
  Variables: {
    session: BrowserSession;
    /** For the forms of the page that answers. */
    formToken: string;
  };
};

/**
 * Lets requests of signed-in people through, and forms only from pages that were shown in the same
 * session: an older page, perhaps another person's, changes nothing.
 */
export function guard(
  server: { serverName: string; identityProviderName: string },
  sessions: BrowserSessions,
  signatures: Signatures,
) {
  return createMiddleware<GuardedEnv>(async (c, next) => {
    const isForm = c.req.method === "POST";
    const session = await sessions.of(c);
    if (session === undefined) return signInFirst(c, isForm);
    if (isForm) {
      // A body that is not a form counts as an empty one.
      const form = await c.req.formData().catch(() => new FormData());
      const proof = String(form.get("token"));
      if (!(await signatures.isSigned(proof, "form", session.cookie))) return outdated(c);
    }
    c.set("session", session);
    c.set("formToken", await signatures.sign("form", session.cookie));
    return next();
  });

  function signInFirst(c: Context, isForm: boolean) {
    const words = isForm ? sessionOver : welcome;
    return page(c, <SignInPage {...server} {...words} />, { status: isForm ? 403 : 200 });
  }

  function outdated(c: Context) {
    return page(c, <ErrorPage serverName={server.serverName} {...outdatedPage} />, { status: 403 });
  }
}
