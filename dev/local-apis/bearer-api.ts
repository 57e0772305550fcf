import type { IncomingMessage, ServerResponse } from "node:http";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { openLocalServer } from "../local-servers/local-server.ts";
import { findPerson, type Person } from "../local-servers/people.ts";

export type BearerApi = {
  /** Its address, which is also its name at the authorization server: such as `http://127.0.0.1:8790`. */
  readonly origin: string;
  /** The tokens that it received, in the order of their first use. */
  readonly tokens: ReadonlySet<string>;
  /** Stops it and closes open connections. May be called again. */
  stop(): Promise<void>;
};

/** What a person's request asks of an API. */
export type ApiCall = {
  readonly method: string;
  readonly url: URL;
  /** The JSON that it brought; undefined where it is none. */
  readonly body: unknown;
  /** What it brought, as a form: what stands there twice is there twice. */
  form(): Promise<FormData>;
  readonly idempotencyKey: string | undefined;
};

/** A body that is a string goes out as the text that it is; `headers` then names its type. */
export type Answer = {
  status: number;
  body?: unknown;
  challenge?: string;
  headers?: Readonly<Record<string, string>>;
};

type Caller = { person: Person; scopes: readonly string[] };

/**
 * Starts an API on this machine that accepts the tokens that the authorization server issues for it, and no others
 * (RFC 9068, RFC 6750).
 *
 * @param options.name for messages, such as `orders API`.
 * @param options.port 0 takes a free one.
 * @param options.issuerOf gives the authorization server's issuer; it may start after this.
 * @param options.scopeFor the scope that a request needs, by its method.
 * @param options.answer how the API answers a person with a valid token that has the scope.
 * @param options.open answers what everybody may have, such as the API's document.
 * @throws Error when the port is taken.
 */
export async function startBearerApi(options: {
  name: string;
  port: number;
  issuerOf: () => string;
  scopeFor: (method: string) => string;
  answer: (person: Person, call: ApiCall) => Answer | Promise<Answer>;
  open?: (url: URL) => Answer | undefined;
}): Promise<BearerApi> {
  const tokens = new Set<string>();
  const server = await openLocalServer(options.name, options.port);
  let keys: ReturnType<typeof createRemoteJWKSet> | undefined;

  /** Who a token is for and what it allows; undefined for one that is not valid here. */
  async function callerOf(token: string): Promise<Caller | undefined> {
    const issuer = options.issuerOf();
    keys ??= createRemoteJWKSet(new URL(`${issuer}/jwks`));
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience: server.origin,
        typ: "at+jwt",
        requiredClaims: ["exp"],
      });
      const person = findPerson(payload.sub ?? "");
      const scopes = typeof payload.scope === "string" ? payload.scope.split(" ") : [];
      return person && { person, scopes };
    } catch {
      return undefined;
    }
  }

  async function answer(request: IncomingMessage, url: URL): Promise<Answer> {
    const forEveryone = options.open?.(url);
    if (forEveryone !== undefined) return forEveryone;
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
    // A request without a token learns only that it needs one (RFC 6750, section 3.1).
    if (token === undefined) return problem(401, "A token is needed", "Bearer");
    tokens.add(token);
    const caller = await callerOf(token);
    if (caller === undefined) {
      return problem(401, "No token that is good here", 'Bearer error="invalid_token"');
    }
    const method = request.method ?? "";
    const needed = options.scopeFor(method);
    if (!caller.scopes.includes(needed)) {
      const challenge = `Bearer error="insufficient_scope", scope="${needed}"`;
      return problem(403, "The token does not allow this", challenge);
    }
    return options.answer(caller.person, await callIn(request, url));
  }

  server.serve(async (request, response, url) => {
    send(response, await answer(request, url));
  });
  return { origin: server.origin, tokens, stop: server.stop };
}

/** What a request asks. @throws RangeError for a body that is too large. */
export async function callIn(request: IncomingMessage, url: URL): Promise<ApiCall> {
  const { "idempotency-key": key } = request.headers;
  const idempotencyKey = typeof key === "string" ? key : undefined;
  const bytes = await bytesOf(request);
  const contentType = request.headers["content-type"] ?? "";
  return {
    method: request.method ?? "",
    url,
    body: jsonOf(bytes),
    form: () => new Response(bytes, { headers: { "content-type": contentType } }).formData(),
    idempotencyKey,
  };
}

const MAX_BODY_BYTES = 1_024 * 1_024;

/** @throws RangeError for a body that is too large. */
async function bytesOf(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    chunks.push(Buffer.from(chunk));
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new RangeError("The body is too large");
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** RFC 9457. */
export function problem(status: number, title: string, challenge?: string): Answer {
  return { status, body: { title }, ...(challenge !== undefined && { challenge }) };
}

/** Sends an answer as JSON, or as a problem (RFC 9457). */
export function send(response: ServerResponse, { status, body, challenge, headers }: Answer): void {
  response.writeHead(status, {
    ...(body !== undefined && {
      "Content-Type": status < 400 ? "application/json" : "application/problem+json",
    }),
    ...(challenge !== undefined && { "WWW-Authenticate": challenge }),
    ...headers,
  });
  response.end(body === undefined || typeof body === "string" ? body : JSON.stringify(body));
}
