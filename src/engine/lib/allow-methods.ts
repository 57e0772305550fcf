import { createMiddleware } from "hono/factory";

/**
 * Answers every other method with 405 and OPTIONS with the allowed ones (RFC 9110, sections 15.5.6 and
 * 9.3.7). Pages omit HEAD where a GET starts something: link previews send HEAD requests.
 */
export function allowMethods(...methods: readonly string[]) {
  const allow = [...methods, "OPTIONS"].join(", ");
  return createMiddleware(async (c, next) => {
    if (c.req.method === "OPTIONS") return c.body(null, 204, { Allow: allow });
    if (!methods.includes(c.req.method))
      return c.json({ error: "method_not_allowed" }, 405, { Allow: allow });
    return next();
  });
}
