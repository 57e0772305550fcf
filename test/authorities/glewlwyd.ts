import { execFile, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request as ask, createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { findFreePort } from "../../dev/local-servers/free-port.ts";
import { listen } from "../support/loopback-server.ts";
import type { Authority } from "./better-auth.ts";

const PROGRAM = "/usr/bin/glewlwyd";
const SETTINGS = "/etc/glewlwyd/glewlwyd.conf";
const SCHEMA = "/usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz";

const clientId = "gate-house_1";
const clientSecret = "s-e_c.r~e*t";
const person = { username: "alice", password: crypto.randomUUID() };

/**
 * Installs Glewlwyd with the package manager (Debian, as root), and runs one with a database of its own. Its
 * client is registered for Basic, and it does not decode what it gets by that.
 */
export async function startGlewlwyd(redirectUri: string): Promise<Authority> {
  if (!existsSync(PROGRAM)) {
    await promisify(execFile)("apt-get", ["install", "-y", "--no-install-recommends", "glewlwyd"]);
  }
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-glewlwyd-"));
  const database = new DatabaseSync(join(folder, "glewlwyd.db"));
  database.exec(gunzipSync(await readFile(SCHEMA)).toString());
  database.close();

  const port = await findFreePort();
  const inside = `http://localhost:${port}`;
  const front = await startFront(port);
  const settings = join(folder, "glewlwyd.conf");
  await writeFile(settings, await settingsFor(port, front.origin, folder));
  const child = spawn(PROGRAM, [`--config-file=${settings}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await untilItSays(child.stdout, "Glewlwyd started");

  const issuer = `${front.origin}/api/oidc`;
  const admin = await signIn(inside, { username: "admin", password: "password" });
  await admin("POST", "/api/mod/plugin/", pluginOf(issuer));
  const machine = {
    name: "machine",
    display_name: "Machine",
    password_required: false,
    scheme: {},
  };
  await admin("POST", "/api/scope/", machine);
  await admin("POST", "/api/user/", {
    ...person,
    ...{ name: "Alice Example", email: "alice@example.com", scope: ["openid"], enabled: true },
  });
  await admin("POST", "/api/client/", {
    ...{
      client_id: clientId,
      name: "Gatehouse",
      password: clientSecret,
      client_secret: clientSecret,
    },
    ...{ confidential: true, enabled: true, redirect_uri: [redirectUri] },
    ...{ scope: ["openid", "machine"] },
    ...{ authorization_type: ["code", "client_credentials", "refresh_token"] },
    ...{ token_endpoint_auth_method: ["client_secret_basic"] },
  });
  const alice = await signIn(inside, person);
  await alice("PUT", `/api/auth/grant/${clientId}/`, { scope: "openid" });
  front.setCookie(alice.cookie);
  return {
    vars: {
      ...{ OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret },
      OIDC_SCOPES: "openid",
    },
    userInfo: [issuer, "userinfo"],
    scopes: "openid",
    async stop() {
      child.kill();
      await front.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Debian's settings, but for where it is, and where it keeps what. */
async function settingsFor(port: number, origin: string, folder: string): Promise<string> {
  const database = `database = { type = "sqlite3"; path = "${folder}/glewlwyd.db"; };`;
  return (await readFile(SETTINGS, "utf8"))
    .replace(/^port=.*$/m, `port=${port}`)
    .replace(/^external_url=.*$/m, `external_url="${origin}"`)
    .replace(/^log_mode=.*$/m, 'log_mode="console"')
    .replace(/^@include.*$/m, database);
}

function pluginOf(issuer: string) {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const parameters = {
    ...{ iss: issuer, key: privateKey, cert: publicKey, "jwt-type": "rsa", "jwt-key-size": "256" },
    ...{ "access-token-duration": 3_600, "refresh-token-duration": 86_400, "code-duration": 600 },
    ...{ "refresh-token-rolling": true, "allow-non-oidc": true, "jwks-show": true },
    ...{ "auth-type-code-enabled": true, "auth-type-id-token-enabled": true },
    ...{ "auth-type-token-enabled": false, "auth-type-refresh-enabled": true },
    ...{ "auth-type-client-enabled": true, "introspection-revocation-allowed": true },
    ...{ "introspection-revocation-allow-target-client": true },
    ...{ "pkce-allowed": true, "pkce-method-plain-allowed": false, "subject-type": "public" },
    ...{ "name-claim": "on-demand", "email-claim": "mandatory", "allowed-scope": ["openid"] },
    ...{ "name-claim-scope": [], "email-claim-scope": [], claims: [], scope: [] },
  };
  return { module: "oidc", name: "oidc", display_name: "OpenID", enabled: true, parameters };
}

/** Glewlwyd's own API, as somebody who has signed in. */
async function signIn(origin: string, credentials: { username: string; password: string }) {
  let cookie = "";
  const call = async (method: string, path: string, body: object) => {
    const headers = { cookie, "content-type": "application/json" };
    const response = await fetch(origin + path, { method, headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    cookie = response.headers.getSetCookie()[0]?.split(";")[0] ?? cookie;
  };
  await call("POST", "/api/auth/", credentials);
  return Object.assign(call, { cookie });
}

/** Stands before Glewlwyd, whose sign-in page needs a script: the person has signed in there before. */
async function startFront(port: number) {
  let cookie = "";
  const front = createServer((request, response) => {
    const isPerson = request.url?.startsWith("/api/oidc/auth?") ?? false;
    const headers = { ...request.headers, ...(isPerson && { cookie }) };
    const path = isPerson ? `${request.url}&g_continue` : request.url;
    const behind = ask({ port, path, method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(behind);
  });
  const listening = await listen(front);
  return {
    ...listening,
    setCookie(value: string) {
      cookie = value;
    },
  };
}

async function untilItSays(output: NodeJS.ReadableStream, text: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let said = "";
  output.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    if (said.includes(text)) resolve();
  });
  output.once("end", () => reject(new Error(`Glewlwyd ended before it was ready: ${said}`)));
  return promise;
}
