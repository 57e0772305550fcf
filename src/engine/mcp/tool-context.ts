import * as z from "zod";
import { auditFor } from "../audit/audit";
import type { Config } from "../configuration";
import { endRefusedGrant } from "../grants/end-grant";
import { isAdmin } from "../identity/admins";
import type { Principal } from "../identity/principal";
import type { UpstreamCredential } from "../identity/upstream-credential";
import type { Services } from "../services";
import { personStorage, usageReport } from "../storage/d1";
import type { Caller, ToolContext } from "../tools/define-tool";

import { callerIds } from "./call-audit";

/** The parts of a tool's context that depend on the era and the request: the rest is made here. */
export type CallContext = Pick<ToolContext, "signal" | "ask" | "report" | "clientAccount"> & {
  /** The request's credential for calling APIs; fetched only when a tool calls one. */
  readonly credential: () => Promise<UpstreamCredential | undefined>;
  /** Of the request that carried the call (lib/request-id.ts). */
  readonly requestId: string | undefined;
};

/** Who makes a request, as far as tools may know. */
export function callerOf(config: Config, principal: Principal): Caller {
  return { principal, isAdmin: isAdmin(config, principal) };
}

/** Members of an environment can have any type: one that answers requests is a service. */
const fetcherSchema = z.custom<Fetcher>(
  (value) => value !== null && typeof value === "object" && "fetch" in value,
);

function serviceBinding(env: object, name: string): Fetcher | undefined {
  return fetcherSchema.safeParse(Reflect.get(env, name)).data;
}

/** Everything a tool can reach in one call. */
export function toolContext(
  services: Services,
  env: Env,
  caller: Caller,
  { credential, requestId, ...call }: CallContext,
): ToolContext<Env> {
  const { principal } = caller;
  return {
    ...caller,
    ...call,
    app: env,
    api: services.upstreams.clientsFor(
      {
        principal,
        credential,
        binding: (name) => serviceBinding(env, name),
        endRefusedGrant: (accessToken) => endRefusedGrant(env, principal, accessToken),
        onExchange: (exchanged) =>
          auditFor(env).record({
            kind: "credentials_issued",
            ...exchanged,
            ...callerIds(principal, { requestId }),
          }),
        linked: services.features.connectedServices?.tokens(
          env,
          principal,
          services.config.sessionSecret,
        ),
      },
      call.signal,
    ),
    storage: personStorage(env.DB, caller.principal.userId),
    usage: usageReport(env.DB),
  };
}
