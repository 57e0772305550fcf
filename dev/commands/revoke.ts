// `npm run revoke`: the operator ends what a person has granted, at once.

import { parseArgs } from "node:util";
import * as z from "zod";
import { localServerOrigin } from "./last-server.ts";
import { keepOperatorSecret, localStateDir } from "./local-vars.ts";

const USAGE = `npm run revoke -- --user ID [--grant ID | --erase] [--url URL]

Ends every grant of a person, or one of them: its tokens, its sessions, at once. npm run audit
shows the ids.

  --user ID    the person's user id
  --grant ID   only this grant
  --erase      also delete what is kept for the person: notes, and whatever else tools keep
  --url URL    the server (default: the one that npm start runs, or ran last)
  --help       this text

For a deployed server, OPERATOR_SECRET must be in the environment, with the value that was given to
\`npx wrangler secret put OPERATOR_SECRET\`.`;

const answerSchema = z.object({
  ended: z.array(z.string()),
  failed: z.array(z.string()),
  erased: z.int().optional(),
});
const refusalSchema = z.object({ error_description: z.string() });

try {
  await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      user: { type: "string" },
      grant: { type: "string" },
      erase: { type: "boolean" },
      url: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help || values.user === undefined) {
    console.log(USAGE);
    if (!values.help) process.exitCode = 1;
    return;
  }
  const local = await localServerOrigin();
  const url = new URL("/operator/revoke", values.url ?? local);
  const response = await fetch(url, {
    method: "POST",
    headers: {
      authorization: `Bearer ${await operatorSecret(url.origin === local)}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({
      userId: values.user,
      grantId: values.grant,
      ...(values.erase && { erase: true }),
    }),
  }).catch((cause: unknown) => {
    throw new Error(
      `No server answers at ${url.origin}: start it with \`npm start\`, or give its address as --url.`,
      { cause },
    );
  });
  const body: unknown = await response.json().catch(() => undefined);
  const answer = answerSchema.safeParse(body);
  if (!answer.success) {
    const why =
      refusalSchema.safeParse(body).data?.error_description ?? "not an answer from Gatehouse";
    throw new Error(`The server answered ${response.status}: ${why}`);
  }
  const { ended, failed, erased } = answer.data;
  for (const id of ended) console.log(`ended   ${id}`);
  for (const id of failed) console.log(`failed  ${id}`);
  if (ended.length + failed.length === 0) console.log("This person has no grant.");
  if (erased !== undefined) console.log(`erased  ${erased} records`);
  if (failed.length > 0) throw new Error("Not all have ended: run it again.");
}

async function operatorSecret(isLocal: boolean): Promise<string> {
  const { OPERATOR_SECRET } = process.env;
  if (OPERATOR_SECRET !== undefined && OPERATOR_SECRET !== "") return OPERATOR_SECRET;
  if (isLocal) return keepOperatorSecret(localStateDir);
  throw new Error("Set OPERATOR_SECRET in the environment to the server's.");
}
