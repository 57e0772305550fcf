import { parseArgs } from "node:util";
import * as oauth from "oauth4webapi";
import * as z from "zod";
import { isLoopback } from "../../src/engine/config/index.ts";
import { isPersonId, type PersonId } from "../local-servers/people.ts";
import { localServerOrigin } from "./last-server.ts";
import { authorize } from "./try-authorization.ts";
import { withBrowser, withoutBrowser } from "./try-browser.ts";
import { useMcp } from "./try-mcp.ts";
import { numberedSteps } from "./try-report.ts";

const USAGE = `npm run try -- [options] [tool]

Goes a client's whole way to a running server: discovery, registration, sign-in, token, MCP.
Without a tool it lists the tools.

  --url URL      the MCP endpoint (default: of the server that npm start runs, or ran last)
  --user NAME    sign in without a browser, as alice or bob (local server only)
  --scope "A B"  the scopes to ask for (default: those the server suggests)
  --args JSON    the tool's arguments, such as '{"a":1}'
  --help         this text`;

try {
  await run();
} catch (error) {
  console.error(`\n${sentenceOf(error)}`);
  process.exitCode = 1;
}

async function run(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      url: {
        type: "string",
        default: `${await localServerOrigin()}/mcp`,
      },
      user: { type: "string" },
      scope: { type: "string" },
      args: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const [tool, ...more] = positionals;
  if (more.length > 0) throw new Error(`One tool at a time: ${more.join(" ")} is too much.`);
  if (tool === undefined && values.args !== undefined) {
    throw new Error("--args needs the name of the tool to call with them.");
  }
  const url = endpoint(values.url);
  const way =
    values.user === undefined
      ? await withBrowser(console.log)
      : withoutBrowser(localPerson(values.user, url));
  const call = tool === undefined ? undefined : { name: tool, args: toolArguments(values.args) };

  const report = numberedSteps(console.log);
  const accessToken = await authorize(url, values.scope, way, report);
  await useMcp(url, accessToken, call, report);
}

function endpoint(text: string): URL {
  if (!URL.canParse(text))
    throw new Error(`--url ${text} is not a URL: give the full URL, with https://.`);
  const url = new URL(text);
  if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname)))
    return url;
  throw new Error(`--url ${text} must start with https:// (http:// is for localhost only).`);
}

function localPerson(user: string, url: URL): PersonId {
  if (!isLoopback(url.hostname)) {
    throw new Error(
      `--user signs in at the local identity provider, and ${url.host} is not on this machine: ` +
        "leave it out to sign in with your browser.",
    );
  }
  if (isPersonId(user)) return user;
  throw new Error(`The local identity provider knows no ${user}: use --user alice or --user bob.`);
}

function toolArguments(json: string | undefined): Record<string, unknown> {
  if (json === undefined) return {};
  const parsed = z.preprocess(parseJson, z.record(z.string(), z.unknown())).safeParse(json);
  if (parsed.success) return parsed.data;
  throw new Error(`--args must be a JSON object such as '{"a":1}', and ${json} is not one.`);
}

function parseJson(value: unknown): unknown {
  try {
    return JSON.parse(String(value));
  } catch {
    return undefined;
  }
}

function sentenceOf(error: unknown): string {
  if (
    error instanceof oauth.AuthorizationResponseError ||
    error instanceof oauth.ResponseBodyError
  ) {
    const description = error.error_description ?? "the server gave no reason";
    return `The server refused with ${error.error}: ${description}.`;
  }
  if (error instanceof oauth.OperationProcessingError) {
    return `The server does not answer as OAuth asks it to: ${error.message}.`;
  }
  if (!(error instanceof Error)) return String(error);
  const cause = z.object({ code: z.string() }).safeParse(error.cause);
  if (error.message === "fetch failed") {
    const why = cause.success ? ` (${cause.data.code})` : "";
    return `The server does not answer${why}: start it with \`npm start\`, or give its address as --url.`;
  }
  return error.message;
}
