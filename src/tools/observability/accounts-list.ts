import * as z from "zod";
import { defineTool } from "../../engine/tools/define-tool";
import { accountSchema, accountsPage } from "./account";
import { chosenAccountId } from "./account-choice";
import { cloudflareApi } from "./api";
import { DATA_NOTICE, withData } from "./data-notice";
import { READ_ONLY } from "./requests";
import { tsv } from "./table";

export const accountsList = defineTool({
  name: "accounts_list",
  title: "List Cloudflare accounts",
  description:
    "Lists the Cloudflare accounts that the person's sign-in reaches, and which one is chosen.",
  scopes: ["accounts:read"],
  input: z.object({ page: z.int().min(1).max(1_000).default(1) }),
  output: z.object({
    accounts: z.array(accountSchema.extend({ isChosen: z.boolean() })),
    total: z.int(),
    more: z.string().optional().describe("What is not shown, and how to get it"),
    notice: z.string().describe("How to treat the names"),
  }),
  annotations: READ_ONLY,
  async run({ page }, { api, storage }) {
    const [{ accounts, total, isLast }, chosen] = await Promise.all([
      accountsPage(api(cloudflareApi), page),
      chosenAccountId(storage),
    ]);
    return {
      accounts: accounts.map((account) => ({ ...account, isChosen: account.id === chosen })),
      total,
      ...(!isLast && { more: `There are more: call again with {"page":${page + 1}}.` }),
      notice: DATA_NOTICE,
    };
  },
  text({ accounts, total, more }) {
    const hint =
      total > 1 && !accounts.some(({ isChosen }) => isChosen)
        ? "Choose one with set_active_account, or give accountId in each call."
        : undefined;
    const rows = accounts.map(({ isChosen, ...account }) => ({
      ...account,
      chosen: isChosen ? "yes" : "",
    }));
    return withData(
      [`${accounts.length} of ${total} accounts.`, more, hint],
      tsv(["id", "chosen", "name"], rows),
    );
  },
});
