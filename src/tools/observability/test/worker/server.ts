import { account } from "../../../../../test/fixture/account";
import { type Config, parseConfig } from "../../../../engine/configuration";
import { cloudflare } from "../../../../engine/providers/cloudflare";
import { gitHub } from "../../../../engine/providers/github";
import { openIdConnect } from "../../../../engine/providers/openid-connect";
import { defineServer } from "../../../../engine/server";
import { observability } from "../..";
import { cloudflareApi } from "../../api";

/** These tools, and those of the engine's tests that show who is signed in. */
export const server = defineServer({
  name: "Gatehouse",
  toolsets: [account, observability],
  identityProviders: [openIdConnect, gitHub, cloudflare],
  apis: [cloudflareApi],
});

/** Its configuration with these variables and bindings. */
export const configOf = (env: object): Config => parseConfig(env, server);
