import * as z from "zod";
import { type ToolContext, ToolError } from "../../engine/tools/define-tool";
import type { ApiClient } from "../../engine/upstream/api-client";
import { UpstreamError } from "../../engine/upstream/upstream-error";
import { chosenAccountId } from "./account-choice";
import { cloudflareApi } from "./api";
import { callCloudflare } from "./cloudflare-api";
import { cellText } from "./table";

export const accountSchema = z.object({ id: z.string(), name: z.string() });
export type Account = z.infer<typeof accountSchema>;

const ACCOUNT_ID = /^[0-9a-f]{32}$/;

/** An account id, as a model writes it. */
export const accountId = z
  .string()
  .regex(ACCOUNT_ID, "must be 32 hexadecimal digits, as accounts_list shows it")
  .describe("The id of an account, as accounts_list shows it");

/** The argument of every tool that works in one account. */
export const accountArgument = accountId
  .optional()
  .describe("Which account; by default the one chosen by set_active_account, or the only one");

/** The most that the API returns at once. */
const PAGE_SIZE = 50;

const accountResult = z.object({
  id: z.string(),
  name: z.string().catch("").transform(cellText),
});

/** One page of the accounts that the person's token reaches. @param page from 1. */
export async function accountsPage(
  api: ApiClient,
  page: number,
): Promise<{ accounts: Account[]; total: number; isLast: boolean }> {
  const { result: accounts, totalCount } = await callCloudflare(api, {
    path: ["accounts"],
    query: { page: String(page), per_page: String(PAGE_SIZE) },
    permission: "account:read",
    result: z.array(accountResult),
  });
  const seen = (page - 1) * PAGE_SIZE + accounts.length;
  const total = totalCount ?? seen;
  return { accounts, total, isLast: totalCount === undefined || seen >= total };
}

/**
 * The account that a call works in, resolved for each call: the only one that the token reaches; else the
 * one in the client's header; else the argument; else the stored choice. Whichever it is, the token must
 * reach it. An unknown account is refused, not skipped: the model would mistake the answer for that
 * account's.
 *
 * @throws ToolError that lists the accounts.
 */
export async function resolveAccount(
  named: string | undefined,
  { api: apiOf, storage, clientAccount }: Pick<ToolContext, "api" | "storage" | "clientAccount">,
): Promise<Account> {
  const api = apiOf(cloudflareApi);
  const reach = await accountsPage(api, 1);
  const [only] = reach.accounts;
  if (only === undefined) {
    throw new ToolError(
      "Your sign-in reaches no Cloudflare account. Connect this server again, and give it access to an account at Cloudflare.",
    );
  }
  const listed = accountsText(reach.accounts, reach.total);

  if (clientAccount !== undefined && named !== undefined && clientAccount !== named) {
    throw new ToolError(
      "This client's header cf-account-id names a different account than accountId. Leave out accountId, or remove the header from the client's configuration.",
    );
  }
  const wanted = clientAccount ?? named ?? (reach.total === 1 ? only.id : undefined);
  const id = wanted ?? (await chosenAccountId(storage));
  if (id === undefined) {
    throw new ToolError(
      `Which account? Call set_active_account once, or give accountId in each call. ${listed}`,
    );
  }
  const account = reach.accounts.find((one) => one.id === id) ?? (await beyond(reach, api, id));
  if (account !== undefined) return account;
  const what =
    wanted === undefined
      ? "The account that set_active_account has chosen is"
      : clientAccount === undefined
        ? "That account is"
        : "The account in this client's header cf-account-id is";
  throw new ToolError(`${what} not one that your sign-in reaches. ${listed}`);
}

/** Looks up an account that was not on the first page, if there are more pages. */
async function beyond(
  { isLast }: { isLast: boolean },
  api: ApiClient,
  id: string,
): Promise<Account | undefined> {
  if (isLast || !ACCOUNT_ID.test(id)) return undefined;
  try {
    const { result } = await callCloudflare(api, {
      path: ["accounts", id],
      permission: "account:read",
      result: accountResult,
    });
    return result.id === id ? result : undefined;
  } catch (error) {
    const { failure } = error instanceof UpstreamError ? error : {};
    if (failure === "not_found" || failure === "forbidden") return undefined;
    throw error;
  }
}

function accountsText(accounts: readonly Account[], total: number): string {
  const names = accounts.map(({ id, name }) => `${id} (${JSON.stringify(name)})`);
  const more = total > accounts.length ? `, and more: see accounts_list` : "";
  return `Your accounts: ${names.join(", ")}${more}.`;
}
