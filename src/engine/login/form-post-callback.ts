import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";

/** What an authorization response may hold (RFC 6749, section 4.1.2; RFC 9207). */
const PARAMETERS = ["code", "state", "iss", "error"];
const MAX_FORM_BYTES = 16 * 1_024;

/**
 * Accepts the answers of providers that support only forms (OAuth 2.0 Form Post Response Mode), and
 * redirects the browser to the same address with them in the query.
 *
 * The form comes from the provider's site, and a browser sends no `SameSite=Lax` cookie with a cross-site
 * POST: this request does not say who is signing in, so nothing is decided here. The redirect makes it a GET
 * that carries the cookies and is checked like that of any other provider. A stranger's form can do
 * no more than a stranger's link.
 */
export function formPostCallback(): Hono<{ Bindings: Env }> {
  const app = new Hono<{ Bindings: Env }>();
  app.post("/callback", bodyLimit({ maxSize: MAX_FORM_BYTES }), async (c) => {
    // A body that is not a form counts as an empty one: the sign-in is refused as not begun here.
    const form = await c.req.formData().catch(() => new FormData());
    const query = new URLSearchParams();
    for (const name of PARAMETERS) {
      for (const value of form.getAll(name)) query.append(name, String(value));
    }
    c.header("Cache-Control", "no-store");
    c.header("Referrer-Policy", "no-referrer");
    return c.redirect(`/callback?${query}`, 303);
  });
  return app;
}
