import type { Principal } from "../identity/principal";
import type { Offering } from "../offering";
import type { CallJournal } from "./call-report";
import { recordCall } from "./record-call";

/**
 * Where the audit, the metrics and the log are told of a call without a session.
 *
 * @param request that carries it; the SDK does not always say which one that is.
 */
export function statelessJournal(
  { argumentsHash }: Pick<Offering, "argumentsHash">,
  env: Env,
  principal: Principal,
  request: Request | undefined,
): CallJournal {
  return {
    argumentsHash,
    report: (report) => recordCall(env, request, principal, report, { era: "stateless" }),
  };
}
