import { createHash, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import * as z from "zod";
import { keepJson } from "../../../../dev/local-servers/kept-json.ts";
import { isPersonId, type PersonId } from "../../../../dev/local-servers/people.ts";

/** What a person has allowed a client, and the tokens for it. Tokens are stored as hashes. */
const consentSchema = z.object({
  person: z.custom<PersonId>((value) => typeof value === "string" && isPersonId(value)),
  scope: z.array(z.string()),
  access: z.object({ hash: z.string(), expiresAtMs: z.number() }),
  refresh: z.string().optional(),
  /** Refresh tokens that were used: one that comes again was stolen. */
  usedRefresh: z.array(z.string()),
});
type Consent = z.infer<typeof consentSchema>;

const stateSchema = z.object({ clientSecret: z.string(), consents: z.array(consentSchema) });
type State = z.infer<typeof stateSchema>;

export type IssuedTokens = { accessToken: string; refreshToken?: string };
export type Access = { person: PersonId; scope: readonly string[] };

/** The consents of all people. */
export class Consents {
  readonly clientSecret: string;
  readonly #file: string | undefined;
  readonly #accessTtlSeconds: number;
  #consents: Consent[];

  private constructor(state: State, file: string | undefined, accessTtlSeconds: number) {
    this.clientSecret = state.clientSecret;
    this.#consents = state.consents;
    this.#file = file;
    this.#accessTtlSeconds = accessTtlSeconds;
  }

  /** @param file keeps them across restarts; without it they end with the process. */
  static async load(file: string | undefined, accessTtlSeconds: number): Promise<Consents> {
    const state = await keepJson(
      file,
      (value): value is State => stateSchema.safeParse(value).success,
      () => ({ clientSecret: randomBytes(32).toString("base64url"), consents: [] }),
    );
    return new Consents(state, file, accessTtlSeconds);
  }

  allow(person: PersonId, scope: readonly string[]): IssuedTokens {
    const consent: Consent = {
      ...{ person, scope: [...scope], usedRefresh: [] },
      access: { hash: "", expiresAtMs: 0 },
    };
    this.#consents.push(consent);
    return this.#issue(consent);
  }

  /** The person that an access token is for; undefined when it is no longer valid. */
  access(token: string): Access | undefined {
    const hash = hashOf(token);
    return this.#consents.find(
      ({ access }) => access.hash === hash && Date.now() < access.expiresAtMs,
    );
  }

  /**
   * Uses a refresh token and ends the access token issued with it. One that was already used ends the
   * consent (RFC 9700, section 4.14.2).
   *
   * @returns undefined when it is not valid.
   */
  refresh(token: string): (IssuedTokens & { scope: readonly string[] }) | undefined {
    const hash = hashOf(token);
    const consent = this.#consents.find(({ refresh }) => refresh === hash);
    if (consent === undefined) {
      this.#consents = this.#consents.filter(({ usedRefresh }) => !usedRefresh.includes(hash));
      this.#save();
      return undefined;
    }
    consent.usedRefresh.push(hash);
    return { ...this.#issue(consent), scope: consent.scope };
  }

  /** How many refresh tokens of a person's current consents were used so far. */
  renewals(person: PersonId): number {
    return this.#consents
      .filter((consent) => consent.person === person)
      .reduce((sum, { usedRefresh }) => sum + usedRefresh.length, 0);
  }

  /** The person revokes all of their consents. */
  revoke(person: PersonId): void {
    this.#consents = this.#consents.filter((consent) => consent.person !== person);
    this.#save();
  }

  /** Lets a person's access tokens expire, but not the refresh tokens. */
  expire(person: PersonId): void {
    for (const consent of this.#consents) {
      if (consent.person === person) consent.access.expiresAtMs = 0;
    }
    this.#save();
  }

  #issue(consent: Consent): IssuedTokens {
    const accessToken = randomBytes(32).toString("base64url");
    const isOffline = consent.scope.includes("offline_access");
    const refreshToken = isOffline ? randomBytes(32).toString("base64url") : undefined;
    const expiresAtMs = Date.now() + this.#accessTtlSeconds * 1_000;
    consent.access = { hash: hashOf(accessToken), expiresAtMs };
    consent.refresh = refreshToken && hashOf(refreshToken);
    this.#save();
    return { accessToken, ...(refreshToken !== undefined && { refreshToken }) };
  }

  #save(): void {
    if (this.#file === undefined) return;
    const state: State = { clientSecret: this.clientSecret, consents: this.#consents };
    writeFileSync(this.#file, JSON.stringify(state), { mode: 0o600 });
  }
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
