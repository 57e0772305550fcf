// The Worker as `npm start -- --tunnel https://…` runs it, never deployed: it serves requests through the tunnel
// as at the tunnel's https address, and all others as at the address on this machine.
import worker from "../../src/index";
import { throughTunnel } from "./tunnel-address";

export * from "../../src/index";

type TunnelEnv = Env & { readonly LOCAL_TUNNEL: string };

export default {
  ...worker,
  fetch: (request, env, ctx) => worker.fetch(throughTunnel(request, env.LOCAL_TUNNEL), env, ctx),
} satisfies ExportedHandler<TunnelEnv>;
