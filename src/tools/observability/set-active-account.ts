import * as z from "zod";
import { defineTool } from "../../engine/tools/define-tool";
import { accountId, accountSchema, resolveAccount } from "./account";
import { chooseAccount } from "./account-choice";

export const setActiveAccount = defineTool({
  name: "set_active_account",
  title: "Choose a Cloudflare account",
  description:
    "Remembers which Cloudflare account the person works in, for all of their clients and sessions, until they choose another.",
  scopes: ["accounts:read"],
  input: z.object({ accountId }),
  output: z.object({ account: accountSchema }),
  annotations: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  async run(args, context) {
    const account = await resolveAccount(args.accountId, context);
    await chooseAccount(context.storage, account.id);
    return { account };
  },
});
