import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import * as z from "zod";
import { openLocalServer } from "../../../../dev/local-servers/local-server.ts";
import { answerApi, failed } from "./api.ts";
import { Faults, faultSchema, personOnly } from "./faults.ts";
import { OAuth } from "./oauth.ts";
import { Consents } from "./state.ts";

export type CloudflareStandInOptions = {
  /** 0 takes a free one. */
  port: number;
  /** Where the client may be sent back to: `<the Worker's origin>/callback`. */
  redirectUris: readonly string[];
  /** Keeps the client's secret and people's consents across restarts. */
  persistFile?: string;
  /** How long its access tokens live; an hour by default. */
  accessTtlSeconds?: number;
  /** The seed of the made-up logs: the same seed makes the same logs. */
  seed?: string;
};

export type CloudflareStandIn = {
  /** Replaces https://dash.cloudflare.com, such as `http://127.0.0.1:8789`. */
  readonly origin: string;
  /** Replaces https://api.cloudflare.com/client/v4. */
  readonly apiUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Stops it and closes open connections. May be called again. */
  stop(): Promise<void>;
};

const clientId = "gatehouse";
const API = "/client/v4";

/**
 * Starts a stand-in for Cloudflare on this machine, for one confidential client: its OAuth endpoints,
 * with two made-up people (dev/local-servers/people.ts), and the part of its API that Gatehouse uses, in the
 * documented wire format, with Workers and logs that are made up (traffic.ts).
 *
 * Failures on demand, with `person` in the JSON body: POST /stand-in/revoke revokes the person's consent,
 * /stand-in/expire lets their access tokens expire, /stand-in/fault replaces the API's next answers
 * (faults.ts). GET /stand-in/requests?person=… returns the requests to the API,
 * GET /stand-in/renewals?person=… how often tokens were renewed.
 *
 * @throws Error when the port is taken, or `persistFile` cannot be read or written.
 */
export async function startCloudflareStandIn(
  options: CloudflareStandInOptions,
): Promise<CloudflareStandIn> {
  const { redirectUris, accessTtlSeconds = 3_600, seed = "gatehouse" } = options;
  const consents = await Consents.load(options.persistFile, accessTtlSeconds);
  const oauth = new OAuth({ clientId, redirectUris, consents, accessTtlSeconds });
  const faults = new Faults();

  async function answer(request: IncomingMessage, url: URL, gone: AbortSignal): Promise<Response> {
    const { method = "GET", headers } = request;
    const { pathname, searchParams } = url;
    const body = await text(request);
    if (pathname === "/oauth2/auth" && method === "GET") return oauth.ask(searchParams);
    if (pathname.startsWith("/oauth2/auth/") && method === "POST") {
      return oauth.decide(pathname.split("/").at(-1) ?? "", new URLSearchParams(body));
    }
    if (pathname === "/oauth2/token" && method === "POST") {
      return oauth.token(new URLSearchParams(body), headers.authorization);
    }
    if (pathname.startsWith("/stand-in/")) return control(pathname, url, body);
    if (!pathname.startsWith(`${API}/`)) return failed(404, 7000, "No route for that URI");

    const [, token = ""] = /^Bearer (.+)$/.exec(headers.authorization ?? "") ?? [];
    const access = consents.access(token);
    const path = pathname.slice(API.length);
    const fault = await faults.meet({ person: access?.person, method, path }, gone);
    if (fault !== undefined) return fault;
    if (access === undefined) return failed(401, 1000, "Invalid API Token");
    const segments = path.slice(1).split("/").map(decodeURIComponent);
    return answerApi({ method, url, body, access }, segments, seed);
  }

  function control(pathname: string, url: URL, body: string): Response {
    const asked = () => personOnly.parse(Object.fromEntries(url.searchParams)).person;
    switch (pathname) {
      case "/stand-in/revoke":
        consents.revoke(personOnly.parse(JSON.parse(body)).person);
        return new Response();
      case "/stand-in/expire":
        consents.expire(personOnly.parse(JSON.parse(body)).person);
        return new Response();
      case "/stand-in/fault":
        faults.add(faultSchema.parse(JSON.parse(body)));
        return new Response();
      case "/stand-in/requests":
        return Response.json(faults.seen(asked()));
      case "/stand-in/renewals":
        return Response.json(consents.renewals(asked()));
      default:
        return new Response(null, { status: 404 });
    }
  }

  const server = await openLocalServer("stand-in for Cloudflare", options.port);
  server.serve(async (request, response, url) => {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    try {
      await send(await answer(request, url, gone.signal), response);
    } catch (error) {
      if (gone.signal.aborted) return;
      if (!(error instanceof z.ZodError || error instanceof URIError)) throw error;
      response.writeHead(400).end();
    }
  });
  const { origin, stop } = server;
  const { clientSecret } = consents;
  return { origin, apiUrl: origin + API, clientId, clientSecret, stop };
}

async function send(answer: Response, response: ServerResponse): Promise<void> {
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(new Uint8Array(await answer.arrayBuffer()));
}
