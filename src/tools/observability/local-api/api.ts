import * as z from "zod";
import { people } from "../../../../dev/local-servers/people.ts";
import { users } from "./accounts.ts";
import { InvalidQuery } from "./conditions.ts";
import type { Access } from "./state.ts";
import { keys, query, values } from "./telemetry.ts";
import { type Worker, workers } from "./workers.ts";

export type ApiRequest = { method: string; url: URL; body: string; access: Access };

/** Answers an authenticated request to https://api.cloudflare.com/client/v4. */
export function answerApi(request: ApiRequest, path: readonly string[], seed: string): Response {
  const { method, access } = request;
  const { id: userId, accounts } = users[access.person];
  const allows = (scope: string) => access.scope.includes(scope);
  const [root, accountId, ...below] = path;

  if (root === "user" && path.length === 1 && method === "GET") {
    return allows("user:read") ? done(userOf(request.access)) : forbidden();
  }
  if (root !== "accounts") return noRoute(request.url);
  if (accountId === undefined) {
    return allows("account:read") ? accountsPage(accounts, request.url.searchParams) : forbidden();
  }
  const account = accounts.find(({ id }) => id === accountId);
  // Nobody else learns whether the account exists.
  if (account === undefined) return forbidden();
  if (below.length === 0) return allows("account:read") ? done(accountOf(account)) : forbidden();

  const own = workers.filter((worker) => worker.accountId === accountId);
  const [area, what = "", name = "", leaf = ""] = below;
  if (area !== "workers") return noRoute(request.url);
  if (what === "observability" && name === "telemetry" && below.length === 4 && method === "POST") {
    if (!allows("workers_observability:read")) return forbidden();
    return telemetry(leaf, { accountId, userId, workers: own, seed }, request);
  }
  if (!allows("workers:read")) return forbidden();
  if (method !== "GET" || below.length > 3) return noRoute(request.url);
  if (what === "scripts" && name === "") return done(own.map(scriptOf));
  const worker = own.find((one) => one.name === name);
  if (what !== "scripts" && what !== "services") return noRoute(request.url);
  if (worker === undefined) {
    return failed(404, 10007, "workers.api.error.script_not_found");
  }
  return what === "scripts" ? download(worker) : done(serviceOf(worker));
}

function telemetry(leaf: string, asked: Parameters<typeof query>[0], { url, body }: ApiRequest) {
  try {
    const parsed: unknown = JSON.parse(body);
    switch (leaf) {
      case "query":
        return done(query(asked, parsed));
      case "keys":
        return done(keys(asked, parsed));
      case "values":
        return done(values(asked, parsed));
      default:
        return noRoute(url);
    }
  } catch (error) {
    if (error instanceof InvalidQuery) return failed(400, 1001, error.message);
    if (error instanceof z.ZodError) return failed(400, 1001, z.prettifyError(error));
    if (error instanceof SyntaxError) return failed(400, 6007, "Malformed JSON in request body");
    throw error;
  }
}

function accountsPage(
  all: (typeof users)["alice"]["accounts"],
  parameters: URLSearchParams,
): Response {
  const page = Number(parameters.get("page") ?? 1);
  const perPage = Number(parameters.get("per_page") ?? 20);
  if (!(perPage >= 5 && perPage <= 50 && page >= 1)) return failed(400, 1001, "Invalid page");
  const accounts = all.slice((page - 1) * perPage, page * perPage);
  const total_pages = Math.ceil(all.length / perPage);
  return done(accounts.map(accountOf), {
    result_info: {
      page,
      per_page: perPage,
      count: accounts.length,
      total_count: all.length,
      total_pages,
    },
  });
}

function accountOf({ id, name, createdOn }: (typeof users)["alice"]["accounts"][number]) {
  const settings = { enforce_twofactor: false, api_access_enabled: null };
  return { id, name, type: "standard", settings, created_on: createdOn };
}

function userOf({ person }: Access) {
  const known = people.find(({ id }) => id === person);
  const [first_name, last_name] = known?.name.split(" ") ?? [];
  const { id } = users[person];
  return { id, email: known?.email, username: id, first_name, last_name, suspended: false };
}

function scriptOf({ name, tag, createdOn, deployedHoursAgo, format }: Worker) {
  return {
    ...{ id: name, tag, etag: tag.repeat(2), handlers: ["fetch"], created_on: createdOn },
    modified_on: new Date(Date.now() - deployedHoursAgo * 3_600_000).toISOString(),
    ...{ usage_model: "standard", has_assets: false, has_modules: format === "modules" },
    ...{ compatibility_date: "2025-09-01", last_deployed_from: "wrangler", logpush: false },
  };
}

function serviceOf(worker: Worker) {
  const script = scriptOf(worker);
  const { created_on, modified_on, tag: script_tag } = script;
  const environment = { environment: "production", created_on, modified_on };
  const default_environment = { ...environment, script_tag, script };
  return {
    id: worker.name,
    created_on,
    modified_on,
    default_environment,
    environments: [environment],
  };
}

/** The script as it was uploaded: modules as multipart/form-data, else the one file. */
function download({ format, files }: Worker): Response {
  const [first] = files;
  if (format === "service-worker" && first !== undefined) {
    return new Response(first.content, { headers: { "content-type": first.contentType } });
  }
  const form = new FormData();
  for (const { name, contentType, content } of files) {
    form.set(name, new File([content], name, { type: contentType }));
  }
  return new Response(form);
}

/** The envelope of every answer. */
function done(result: unknown, more: Record<string, unknown> = {}): Response {
  return Response.json({ result, success: true, errors: [], messages: [], ...more });
}

export function failed(
  status: number,
  code: number,
  message: string,
  headers: Record<string, string> = {},
): Response {
  const body = { success: false, errors: [{ code, message }], messages: [], result: null };
  return Response.json(body, { status, headers });
}

/** Cloudflare does not say which permission is missing. */
function forbidden(): Response {
  return failed(403, 10000, "Authentication error");
}

function noRoute({ pathname }: URL): Response {
  return failed(
    404,
    7003,
    `Could not route to ${pathname}, perhaps your object identifier is invalid?`,
  );
}
