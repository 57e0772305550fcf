import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import * as z from "zod";

export type ScriptedAnswer = {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  delayMs?: number;
};

const recordedSchema = z.array(
  z.object({
    method: z.string(),
    query: z.string(),
    headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
    body: z.string(),
  }),
);

/** What a test tells a scripted server (test/support/scripted-server.ts), and asks it. */
export type ScriptedServer = {
  readonly origin: string;
  /** Sets what a path answers from now on. */
  script(path: string, answer: ScriptedAnswer): Promise<void>;
  /** The requests that a path has got. */
  requestsTo(path: string): Promise<z.infer<typeof recordedSchema>>;
};

export function scriptedServer(origin: string): ScriptedServer {
  const control = (path: string) => new URL(`/script?path=${encodeURIComponent(path)}`, origin);
  return {
    origin,
    async script(path, answer) {
      await fetch(control(path), { method: "PUT", body: JSON.stringify(answer) });
    },
    async requestsTo(path) {
      const response = await fetch(control(path));
      return recordedSchema.parse(await response.json());
    },
  };
}

export const json = (value: unknown): ScriptedAnswer => ({
  body: JSON.stringify(value),
  headers: { "content-type": "application/json" },
});

type Key = Awaited<ReturnType<typeof newKey>>;

/** A key pair to sign tokens with, and its public half as a member of a key set. */
export async function newKey(alg = "RS256") {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const kid = crypto.randomUUID();
  return { alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
}

/** An authorization server of one test, which answers what it is told and counts what it is asked. */
export class ScriptedAuthority {
  readonly issuer: string;
  readonly #server: ScriptedServer;
  readonly #name: string;
  readonly #audience: string;
  keys: Key[];

  private constructor(server: ScriptedServer, audience: string, keys: Key[]) {
    this.#server = server;
    this.#name = crypto.randomUUID();
    this.#audience = audience;
    this.issuer = `${server.origin}/${this.#name}`;
    this.keys = keys;
  }

  /** One that does everything right. @param audience of its tokens, unless a test says otherwise. */
  static async start(
    server: ScriptedServer,
    audience: string,
    alg = "RS256",
  ): Promise<ScriptedAuthority> {
    const authority = new ScriptedAuthority(server, audience, [await newKey(alg)]);
    await authority.publish({});
    await authority.publishKeys();
    return authority;
  }

  /** Where metadata (RFC 8414), keys and endpoints are, as paths of the scripted server. */
  get paths() {
    return {
      metadata: `/.well-known/oauth-authorization-server/${this.#name}`,
      openIdConfiguration: `/${this.#name}/.well-known/openid-configuration`,
      keys: `/${this.#name}/jwks`,
      introspection: `/${this.#name}/introspect`,
      token: `/${this.#name}/token`,
    };
  }

  /** @param change of the metadata; undefined leaves a field out. */
  async publish(change: Record<string, unknown>): Promise<void> {
    await this.#server.script(this.paths.metadata, json(this.metadata(change)));
  }

  metadata(change: Record<string, unknown> = {}): Record<string, unknown> {
    return {
      issuer: this.issuer,
      jwks_uri: `${this.issuer}/jwks`,
      introspection_endpoint: `${this.issuer}/introspect`,
      token_endpoint: `${this.issuer}/token`,
      ...change,
    };
  }

  async publishKeys(others: readonly unknown[] = []): Promise<void> {
    await this.#server.script(
      this.paths.keys,
      json({ keys: [...others, ...this.keys.map(({ jwk }) => jwk)] }),
    );
  }

  /** Answers about every token the same. */
  async introspects(answer: unknown): Promise<void> {
    await this.#server.script(this.paths.introspection, json(answer));
  }

  /** What a token of this server says by RFC 9068; undefined leaves a claim out. */
  claims(change: Record<string, unknown> = {}): JWTPayload {
    const nowSeconds = Math.floor(Date.now() / 1_000);
    return {
      iss: this.issuer,
      sub: "person-1",
      aud: this.#audience,
      client_id: "client-1",
      scope: "op:add account:read",
      jti: crypto.randomUUID(),
      iat: nowSeconds,
      exp: nowSeconds + 300,
      ...change,
    };
  }

  /** An access token, right but for the changes. */
  async token(
    change: Record<string, unknown> = {},
    header: Record<string, unknown> = {},
    key: Key | undefined = this.keys[0],
  ): Promise<string> {
    if (key === undefined) throw new TypeError("This authority has no key");
    const { alg, kid, privateKey } = key;
    return new SignJWT(this.claims(change))
      .setProtectedHeader({ alg, kid, typ: "at+jwt", ...header })
      .sign(privateKey);
  }
}
