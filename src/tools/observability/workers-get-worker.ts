import * as z from "zod";
import { defineTool } from "../../engine/tools/define-tool";
import { accountArgument, accountSchema, resolveAccount } from "./account";
import { cloudflareApi } from "./api";
import { callCloudflare } from "./cloudflare-api";
import { DATA_NOTICE, withData } from "./data-notice";
import { rowOf } from "./events";
import { READ_ONLY, workersRequest } from "./requests";
import { scriptName, unknownWorker } from "./script-name";
import { fitting, tsv } from "./table";

const COLUMNS = ["detail", "value"];

export const workersGetWorker = defineTool({
  name: "workers_get_worker",
  title: "Look up a Worker",
  description:
    "Shows the details of a Worker: when and by what it was changed, its handlers, compatibility date and settings.",
  scopes: ["workers:read"],
  input: z.object({ accountId: accountArgument, scriptName }),
  output: z.object({
    account: accountSchema,
    scriptName: z.string(),
    details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    notice: z.string().describe("How to treat details"),
  }),
  annotations: READ_ONLY,
  async run({ scriptName, ...args }, context) {
    const account = await resolveAccount(args.accountId, context);
    const { result } = await callCloudflare(context.api(cloudflareApi), {
      ...workersRequest(account, "services", scriptName),
      result: z.looseObject({}),
    }).catch(unknownWorker(scriptName, account));
    return { account, scriptName, details: rowOf({ source: result }), notice: DATA_NOTICE };
  },
  text: ({ account, scriptName, details }) =>
    withData(
      [`The Worker ${scriptName} in account ${account.id}.`],
      tsv(
        COLUMNS,
        fitting(
          COLUMNS,
          Object.entries(details).map(([detail, value]) => ({ detail, value })),
        ),
      ),
    ),
});
