import type { Config } from "../config";
import { isAdmin } from "../identity/admins";
import type { Principal } from "../identity/principal";
import { personStorage, usageReport } from "../storage/d1";
import type { Caller, ToolContext } from "../tools/define-tool";

/** What of a tool's context depends on the era and the request: the rest is made here. */
export type Exchange = Pick<ToolContext, "signal" | "ask" | "report">;

/** Whom a request is made by, as far as tools may know. */
export function callerOf(config: Config, principal: Principal): Caller {
  return { principal, isAdmin: isAdmin(config, principal) };
}

/** Everything a tool can reach in one call. */
export function toolContext(env: Env, caller: Caller, exchange: Exchange): ToolContext {
  return {
    ...caller,
    ...exchange,
    storage: personStorage(env.DB, caller.principal.userId),
    usage: usageReport(env.DB),
  };
}
