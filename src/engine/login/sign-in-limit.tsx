import type { MiddlewareHandler } from "hono";
import { recordLimitHit } from "../audit/limit-hits";
import { addressOverLimit } from "../grants/address-limit";
import { RETRY_AFTER_SECONDS } from "../lib/rate-limit";
import { requestIdOf } from "../lib/request-id";
import { ErrorPage } from "../ui/error-page";
import { page } from "../ui/respond";

/**
 * Limits /authorize by the person's address. The answer is a page, never a redirect: at this point
 * neither the client nor the redirect URI has been checked.
 */
export function limitSignIns(serverName: string): MiddlewareHandler<{ Bindings: Env }> {
  return async (c, next) => {
    const address = await addressOverLimit(c.env, "SIGN_INS_PER_ADDRESS", c.req.raw);
    if (address === undefined) return next();
    recordLimitHit(c.env, "SIGN_INS_PER_ADDRESS", address, { requestId: requestIdOf(c.req.raw) });
    const error = {
      title: "Too many people are connecting",
      message:
        "More apps are being connected from your network than this server takes at once. Nothing was allowed.",
      // A page that was already open stays good for ten minutes, its form included.
      advice: "Wait a minute, then load this page again.",
    };
    const headers = new Headers({ "retry-after": String(RETRY_AFTER_SECONDS) });
    return page(c, <ErrorPage serverName={serverName} {...error} />, { status: 429, headers });
  };
}
