import { join } from "node:path";
import type { SignInApi } from "../../../../dev/local-apis/local-api.ts";
import { cloudflareVariables } from "./cloudflare-variables.ts";
import { startCloudflareStandIn } from "./stand-in.ts";

/** `npm start -- --idp cloudflare`: two made-up people, with made-up Workers and logs. */
export const localApi: SignInApi = {
  by: "sign-in",
  name: "the stand-in for Cloudflare",
  identityProvider: "cloudflare",
  async start({ port, redirectUris, stateDir }) {
    const persistFile = join(stateDir, "cloudflare.json");
    const standIn = await startCloudflareStandIn({ port, redirectUris, persistFile });
    const { origin, stop } = standIn;
    return { origin, vars: cloudflareVariables(standIn), stop };
  },
  examples: {
    about:
      "Tools that call the identity provider's API as the person: Workers and their logs, made up",
    // Who has one account, so that nothing has to be chosen first.
    calls: [{ tool: "query_worker_observability", person: "bob" }],
  },
};
