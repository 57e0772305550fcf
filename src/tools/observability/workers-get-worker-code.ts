import * as z from "zod";
import { defineTool, ToolError } from "../../engine/tools/define-tool";
import { accountArgument, accountSchema, resolveAccount } from "./account";
import { cloudflareApi } from "./api";
import { excerpt, numbered } from "./code-excerpt";
import { DATA_NOTICE, withData } from "./data-notice";
import { READ_ONLY, workersRequest } from "./requests";
import { scriptName, unknownWorker } from "./script-name";
import { modulesOf } from "./worker-modules";

const place = z.object({ line: z.int(), column: z.int() });

export const workersGetWorkerCode = defineTool({
  name: "workers_get_worker_code",
  title: "Read a Worker’s code",
  description:
    "Reads the deployed source code of a Worker, one piece at a time. It is usually bundled, and may be minified: give the line and column from a stack trace to read the code there.",
  scopes: ["workers:read"],
  input: z.object({
    accountId: accountArgument,
    scriptName,
    module: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .describe("The file to read; by default the first with code. The result names all of them"),
    line: z.int().min(1).default(1).describe("Where to begin, as in a stack trace"),
    column: z.int().min(1).default(1),
  }),
  output: z.object({
    account: accountSchema,
    scriptName: z.string(),
    modules: z.array(
      z.object({
        name: z.string(),
        contentType: z.string(),
        characters: z.int().optional().describe("Absent if it is not text"),
      }),
    ),
    module: z.string().describe("The file that code is from"),
    from: place.describe("Where code begins"),
    code: z.string(),
    next: place.optional().describe("Where to continue reading; absent at the end"),
    notice: z.string().describe("How to treat the code"),
  }),
  annotations: READ_ONLY,
  async run({ scriptName, module: wanted, line, column, ...args }, context) {
    const account = await resolveAccount(args.accountId, context);
    const script = await context
      .api(cloudflareApi)
      .read(workersRequest(account, "scripts", scriptName))
      .catch(unknownWorker(scriptName, account));
    const modules = await modulesOf(script);
    const readable = modules.filter(({ code }) => code !== undefined);
    const chosen =
      wanted === undefined ? readable[0] : readable.find(({ name }) => name === wanted);
    if (chosen?.code === undefined) {
      const names = readable.map(({ name }) => JSON.stringify(name)).join(", ");
      throw new ToolError(`There is no such file with code. Available: ${names || "none"}.`);
    }
    const { next, ...piece } = excerpt(chosen.code, { line, column });
    if (piece.code === "" && chosen.code !== "") {
      throw new ToolError(
        `${JSON.stringify(chosen.name)} ends before that, at line ${piece.from.line}, column ${piece.from.column}.`,
      );
    }
    return {
      account,
      scriptName,
      modules: modules.map(({ name, contentType, code }) => ({
        name,
        contentType,
        ...(code !== undefined && { characters: code.length }),
      })),
      module: chosen.name,
      ...piece,
      ...(next && { next }),
      notice: DATA_NOTICE,
    };
  },
  text({ account, scriptName, modules, module, from, code, next }) {
    const files = modules.map(({ name, characters }) =>
      characters === undefined ? `${name} (no text)` : `${name} (${characters} characters)`,
    );
    return withData(
      [
        `The Worker ${scriptName} in account ${account.id}.`,
        next && `There is more: call again with ${JSON.stringify({ module, ...next })}.`,
      ],
      [
        `Files: ${JSON.stringify(files)}`,
        `${JSON.stringify(module)}, from line ${from.line}, column ${from.column}:`,
        numbered({ code, from }),
      ].join("\n"),
    );
  },
});
