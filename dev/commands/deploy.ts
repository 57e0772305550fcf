// `npm run deploy`: brings Gatehouse to the Cloudflare account that wrangler is logged in to.
// --dry-run shows the steps and builds the Worker; it needs no account and no network. --env NAME deploys an
// environment of wrangler.jsonc ("env").

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as z from "zod";
import { checkDefinitions } from "../definition/server-facts.ts";
import { runWrangler, startWrangler } from "../server/wrangler.ts";
import { type DeployConfig, readDeployConfig } from "./deploy-config.ts";
import { collectSecrets } from "./deploy-secrets.ts";
import { stopOnSignals } from "./stop-signals.ts";

const show = { onOutput: (text: string) => process.stdout.write(text) };

// Ending this process ends the wrangler command that is running.
stopOnSignals(async () => {}, 130);
try {
  const { values } = parseArgs({
    options: { "dry-run": { type: "boolean", default: false }, env: { type: "string" } },
  });
  // wrangler itself follows this variable, so both ways to name an environment mean one.
  const environment = values.env ?? (process.env.CLOUDFLARE_ENV || undefined);
  await (values["dry-run"] ? rehearse(environment) : deploy(environment));
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

async function rehearse(environment: string | undefined): Promise<void> {
  const { secrets, problems, database } = await readDeployConfig(environment);
  const names = secrets.map(({ name }) => name).join(", ");
  console.log(`npm run deploy would do this, in your Cloudflare account:
1. ask for the secrets that the Worker lacks: ${names} (SESSION_SECRET is made up)
2. create the D1 database ${database.name}, if there is none
3. apply the migrations that it lacks
4. upload the Worker with them; the KV namespace is created with the first upload
5. show the MCP URL, and the redirect URI for your identity provider
`);
  if (problems.length > 0) console.log(`It would not begin yet. ${listOf(problems)}\n`);
  console.log("Building the Worker as the upload would:");
  await run(["deploy", "--dry-run", ...inEnvironment(environment)], "The build failed.");
}

/** The arguments that select the environment for a wrangler command. */
function inEnvironment(environment: string | undefined): string[] {
  return environment === undefined ? [] : ["--env", environment];
}

async function deploy(environment: string | undefined): Promise<void> {
  const config = await readDeployConfig(environment);
  if (config.problems.length > 0) throw new Error(listOf(config.problems));
  await checkDefinitions();
  await requireLogin();
  // Asked before anything is changed, so that it is safe to quit here.
  const present = await secretsOfWorker(environment);
  const wanted = config.oneOf.some((name) => present.has(name))
    ? config.secrets.filter(({ name }) => !config.oneOf.includes(name))
    : config.secrets;
  const secrets = await collectSecrets(wanted.filter(({ name }) => !present.has(name)));
  if (config.oneOf.length > 0 && !config.oneOf.some((name) => present.has(name) || secrets[name])) {
    throw new Error(
      `One of ${config.oneOf.join(" and ")} is needed: AS_CLIENT_ID alone proves nothing.`,
    );
  }

  // The schema comes before the code that needs it, on the first deploy too: so the database is made
  // here, and wrangler finds it by its name when it uploads the Worker.
  if (config.database.id === undefined) await ensureDatabase(config.database.name);
  console.log("Applying migrations …");
  await run(
    ["d1", "migrations", "apply", "DB", "--remote", ...inEnvironment(environment)],
    "The migrations failed.",
  );

  console.log("Uploading the Worker …");
  const workerOrigin = await upload(secrets, environment);
  const origin = config.publicUrl || workerOrigin;
  console.log(`
Gatehouse is deployed.
  MCP URL       ${origin}/mcp
  Redirect URI  ${origin}/callback   (register it at your identity provider)
`);
}

async function ensureDatabase(wanted: string): Promise<void> {
  const databases = z
    .array(z.object({ name: z.string() }))
    .parse(JSON.parse(await runWrangler(["d1", "list", "--json"])));
  if (databases.some(({ name }) => name === wanted)) return;
  console.log("Creating the database …");
  await runWrangler(["d1", "create", wanted]);
}

function listOf(problems: DeployConfig["problems"]): string {
  const lines = problems.map((problem) => `- ${problem}`);
  return `Change these in wrangler.jsonc first (variables are under "vars"); docs/configuration.md explains each:\n${lines.join("\n")}`;
}

/** Runs a wrangler command and shows its output as it comes. */
async function run(args: string[], failure: string, env: Record<string, string> = {}) {
  const exitCode = await startWrangler(args, { ...show, env }).exited;
  if (exitCode !== 0) throw new Error(`${failure} See wrangler's output above.`);
}

async function requireLogin(): Promise<void> {
  const command = startWrangler(["whoami", "--json"], {});
  if ((await command.exited) === 0) return;
  throw new Error(
    "Wrangler is not logged in to Cloudflare. Run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN, " +
      `then run this again.\n${command.output()}`,
  );
}

/** The names of the secrets that the deployed Worker has; none before the first deploy. */
async function secretsOfWorker(environment: string | undefined): Promise<ReadonlySet<string>> {
  const command = startWrangler(
    ["secret", "list", "--format", "json", ...inEnvironment(environment)],
    {},
  );
  if ((await command.exited) !== 0) {
    if (/Worker ".*" not found/.test(command.output())) return new Set();
    throw new Error(`The Worker's secrets could not be listed:\n${command.output()}`);
  }
  const secrets = z.array(z.object({ name: z.string() })).parse(JSON.parse(command.stdout()));
  return new Set(secrets.map(({ name }) => name));
}

/**
 * Uploads the Worker together with new secrets, so that no version of it is ever served without them.
 *
 * @returns the origin it is served at.
 */
async function upload(
  secrets: Record<string, string>,
  environment: string | undefined,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-deploy-"));
  try {
    const secretsFile = join(folder, "secrets.json");
    await writeFile(secretsFile, JSON.stringify(secrets), { mode: 0o600 });
    const report = join(folder, "report.ndjson");
    const withSecrets = Object.keys(secrets).length > 0 ? ["--secrets-file", secretsFile] : [];
    await run(["deploy", ...withSecrets, ...inEnvironment(environment)], "The upload failed.", {
      WRANGLER_OUTPUT_FILE_PATH: report,
    });
    return originFrom(await readFile(report, "utf8"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function originFrom(report: string): string {
  const entry = z.object({ type: z.literal("deploy"), targets: z.array(z.string()).optional() });
  for (const line of report.split("\n").filter((text) => text !== "")) {
    const { data } = entry.safeParse(JSON.parse(line));
    const target = data?.targets?.[0];
    if (target !== undefined) return target.includes("://") ? target : `https://${target}`;
  }
  return "https://<your Worker's address, above>";
}
