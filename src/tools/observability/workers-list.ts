import * as z from "zod";
import { defineTool } from "../../engine/tools/define-tool";
import { accountArgument, accountSchema, resolveAccount } from "./account";
import { cloudflareApi } from "./api";
import { callCloudflare } from "./cloudflare-api";
import { DATA_NOTICE, withData } from "./data-notice";
import { READ_ONLY, workersRequest } from "./requests";
import { cellText, fitting, tsv } from "./table";

const COLUMNS = ["name", "modifiedOn", "createdOn", "tag"];

const text = z.string().transform(cellText).optional().catch(undefined);

const scriptSchema = z
  .object({ id: z.string(), tag: text, created_on: text, modified_on: text })
  .transform(({ id, tag, created_on: createdOn, modified_on: modifiedOn }) => ({
    name: cellText(id),
    ...(modifiedOn !== undefined && { modifiedOn }),
    ...(createdOn !== undefined && { createdOn }),
    ...(tag !== undefined && { tag }),
  }));

export const workersList = defineTool({
  name: "workers_list",
  title: "List Workers",
  description: "Lists the Workers of an account, most recently changed first.",
  scopes: ["workers:read"],
  input: z.object({
    accountId: accountArgument,
    offset: z.int().min(0).default(0).describe("How many to skip"),
    limit: z.int().min(1).max(500).default(100),
  }),
  output: z.object({
    account: accountSchema,
    workers: z.array(
      z.object({
        name: z.string(),
        modifiedOn: z.string().optional(),
        createdOn: z.string().optional(),
        tag: z.string().optional().describe("Its permanent id"),
      }),
    ),
    total: z.int(),
    more: z.string().optional().describe("What is not shown, and how to get it"),
    notice: z.string().describe("How to treat the names"),
  }),
  annotations: READ_ONLY,
  async run({ offset, limit, ...args }, context) {
    const account = await resolveAccount(args.accountId, context);
    const { result: all } = await callCloudflare(context.api(cloudflareApi), {
      ...workersRequest(account, "scripts"),
      result: z.array(scriptSchema),
    });
    // ISO 8601 in UTC sorts as text.
    all.sort((a, b) => (b.modifiedOn ?? "").localeCompare(a.modifiedOn ?? ""));
    const workers = fitting(COLUMNS, all.slice(offset, offset + limit));
    const next = offset + workers.length;
    return {
      account,
      workers,
      total: all.length,
      ...(next < all.length && { more: `There are more: call again with {"offset":${next}}.` }),
      notice: DATA_NOTICE,
    };
  },
  text: ({ account, workers, total, more }) =>
    withData(
      [`${workers.length} of ${total} Workers in account ${account.id}.`, more],
      tsv(COLUMNS, workers),
    ),
});
