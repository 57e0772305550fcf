import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { unstable_readConfig } from "wrangler";
import * as z from "zod";
import { hasWholeGuide } from "../../dev/commands/start-guide.ts";
import { findFreePort } from "../../dev/local-servers/free-port.ts";
import { projectDir, startNode } from "../../dev/server/processes.ts";
import { fixtureMain } from "../support/fixture.ts";
import { connectSdkClient, OAuthMemory } from "../support/sdk-oauth.ts";

const TUNNEL = "https://gatehouse.tunnel.example";

/** What an operator may have put into wrangler.jsonc for the deployed server. */
async function productionConfig(folder: string, entry?: string): Promise<string> {
  const { main, assets, alias, compatibility_date, compatibility_flags, ...config } =
    unstable_readConfig({ config: join(projectDir, "wrangler.jsonc") });
  const file = join(folder, "wrangler.json");
  const inProject = (path: string) => join(projectDir, path);
  await writeFile(
    file,
    JSON.stringify({
      name: "acme-mcp",
      main: entry ?? main,
      compatibility_date,
      compatibility_flags,
      alias: Object.fromEntries(
        Object.entries(alias ?? {}).map(([name, path]) => [name, inProject(String(path))]),
      ),
      assets: { directory: inProject("public") },
      routes: [{ pattern: "mcp.acme.example", custom_domain: true }],
      kv_namespaces: [{ binding: "OAUTH_KV", id: "0123456789abcdef0123456789abcdef" }],
      d1_databases: [
        {
          binding: "DB",
          database_name: "acme-database",
          database_id: "01234567-89ab-4def-8123-456789abcdef",
          migrations_dir: inProject("migrations"),
        },
      ],
      durable_objects: config.durable_objects,
      migrations: config.migrations,
      vars: {
        SERVER_NAME: "Acme",
        PUBLIC_URL: "https://mcp.acme.example",
        AUTH_MODE: "provider",
        IDP: "oidc",
        OIDC_ISSUER: "https://login.acme.example",
        OIDC_CLIENT_ID: "acme",
        OIDC_SCOPES: "openid acme",
        ALLOWED_PEOPLE: "@acme.example",
        ALLOWED_CLIENTS: "claude",
        ADMINS: "boss@acme.example",
      },
    }),
  );
  return file;
}

/** Runs the command, as `npm start` does, until it says that the server runs. */
async function start(args: readonly string[], port: number) {
  const ready = Promise.withResolvers<void>();
  const command = startNode(
    join(projectDir, "dev/bootstrap.mjs"),
    ["dev/commands/start.ts", ...args],
    {
      env: { PORT: String(port) },
      onOutput: () => {
        if (hasWholeGuide(command.output())) ready.resolve();
      },
    },
  );
  onTestFinished(() => command.stop());
  void command.exited.then(() => ready.reject(new Error(`npm start ended:\n${command.output()}`)));
  await ready.promise;
  return command;
}

/** What the server answers to a request that names this host, with these headers. */
async function ask(port: number, path: string, headers: Record<string, string>) {
  const answer = Promise.withResolvers<{ status: number | undefined; text: string }>();
  const options = { host: "127.0.0.1", port, path, headers };
  request(options, (response) => {
    let text = "";
    response.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    response.on("end", () => answer.resolve({ status: response.statusCode, text }));
  })
    .on("error", answer.reject)
    .end();
  return answer.promise;
}

const metadataSchema = z.object({ resource: z.string() });

// A bound, not a measurement: besides the project's own server, each starts another.
const BOUND_MS = 300_000;

it("serves with production settings in wrangler.jsonc, and through a tunnel too", {
  timeout: BOUND_MS,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-start-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const port = await findFreePort();
  const state = join(folder, "state");
  const config = await productionConfig(folder);
  const command = await start(["--config", config, "--state", state, "--tunnel", TUNNEL], port);
  const origin = `http://localhost:${port}`;

  const { stdout } = command;
  expect(stdout()).toMatch(
    /Set aside routes, PUBLIC_URL, ADMINS, OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_SCOPES, ALLOWED_PEOPLE, ALLOWED_CLIENTS /,
  );
  expect(stdout()).toContain(`${TUNNEL}/mcp`);
  expect(stdout()).not.toContain("acme.example");
  expect(JSON.parse(await readFile(join(state, "server.json"), "utf8"))).toEqual({ origin });

  // alice is no @acme.example, and the SDK's client is not Claude.
  const memory = new OAuthMemory({ person: "alice" });
  const { client, close } = await connectSdkClient(`${origin}/mcp`, memory);
  onTestFinished(close);
  expect(memory.signIns).toBe(1);
  // Which tools there are is for src/server.ts to say.
  expect(await client.listTools()).toMatchObject({ tools: expect.any(Array) });

  const metadata = "/.well-known/oauth-protected-resource/mcp";
  const resourceFor = async (headers: Record<string, string>) =>
    metadataSchema.parse(JSON.parse((await ask(port, metadata, headers)).text)).resource;
  const host = new URL(TUNNEL).host;
  const local = `localhost:${port}`;
  // ngrok and cloudflared pass the host on; dev tunnels put another in its place, and say so.
  expect(await resourceFor({ host, "x-forwarded-proto": "https" })).toBe(`${TUNNEL}/mcp`);
  expect(await resourceFor({ host: local, "x-forwarded-host": host })).toBe(`${TUNNEL}/mcp`);
  expect(await resourceFor({ host: local })).toBe(`${origin}/mcp`);
  expect(await resourceFor({ host: local, "x-forwarded-host": "evil.example" })).toBe(
    `${origin}/mcp`,
  );
  // A name that a page has rebound to this machine.
  const rebound = { host: "evil.example", "x-forwarded-proto": "https", "x-forwarded-host": host };
  expect(await ask(port, metadata, rebound)).toMatchObject({ status: 421 });
});

it("takes up a change of the code by itself, with all data kept", {
  timeout: BOUND_MS,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-start-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const entry = join(folder, "index.ts");
  await writeFile(entry, entrySaying("before"));
  const config = await productionConfig(folder, entry);
  const port = await findFreePort();
  const command = await start(["--config", config, "--state", join(folder, "state")], port);
  const origin = `http://localhost:${port}`;
  const said = async () => (await fetch(origin)).headers.get("x-said");
  expect(await said()).toBe("before");
  const memory = new OAuthMemory({ person: "alice" });
  const { client, close } = await connectSdkClient(`${origin}/mcp`, memory);
  onTestFinished(close);
  await client.callTool({ name: "save_note", arguments: { text: "before the change" } });

  await writeFile(entry, entrySaying("after"));

  const deadline = Date.now() + 60_000;
  while ((await said()) !== "after") {
    if (Date.now() > deadline) throw new Error(`The change is not there:\n${command.output()}`);
    await delay(100);
  }
  const { structuredContent } = await client.callTool({ name: "list_notes", arguments: {} });
  expect(structuredContent).toMatchObject({ notes: [{ text: "before the change" }] });
  expect(memory.signIns).toBe(1);
});

/** The fixture's Worker, with a header on each answer. */
function entrySaying(said: string): string {
  const index = JSON.stringify(join(projectDir, fixtureMain));
  return `import worker from ${index};
export * from ${index};
export default {
  ...worker,
  async fetch(request, env, ctx) {
    const answer = await worker.fetch(request, env, ctx);
    const headers = new Headers(answer.headers);
    headers.set("x-said", "${said}");
    return new Response(answer.body, { status: answer.status, headers });
  },
};
`;
}
