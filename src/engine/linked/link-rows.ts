import * as z from "zod";
import { derivedKey } from "../lib/derived-key";
import { readRow } from "../lib/stored-rows";

/** Tokens of a service, for one person. */
const serviceTokensSchema = z.object({
  accessToken: z.string().min(1),
  refreshToken: z.string().min(1).optional(),
  /** When the access token ends, in seconds since 1970; absent when the service did not say. */
  expiresAtSeconds: z.number().optional(),
  /** What they allow. */
  scopes: z.array(z.string()),
});
export type ServiceTokens = z.infer<typeof serviceTokensSchema>;

/** A client that may use the link. */
const linkClientSchema = z.object({ clientId: z.string(), clientName: z.string() });
export type LinkClient = z.infer<typeof linkClientSchema>;

const linkSchema = z.object({
  version: z.literal(1),
  /** Another for each time that the person connects: what belongs to an earlier one does not fit. */
  id: z.string(),
  /** {@link ServiceTokens}, encrypted. */
  iv: z.instanceof(Uint8Array<ArrayBuffer>),
  ciphertext: z.instanceof(ArrayBuffer),
  /** The scopes that the page named. */
  asked: z.array(z.string()),
  /** Those that the service gave. */
  scopes: z.array(z.string()),
  connectedAtSeconds: z.number(),
  clients: z.array(linkClientSchema),
});
export type Link = z.infer<typeof linkSchema>;

/** When a used ticket would have ended anyway, in milliseconds since 1970, by its id. */
const ticketsSchema = z.object({ version: z.literal(1), used: z.map(z.string(), z.number()) });

/** The rows of a link's object (docs/storage.md). */
export class LinkRows {
  readonly #storage: DurableObjectStorage;
  readonly #secret: string;
  /** Of whose object it is: what is encrypted here opens nowhere else. */
  readonly #owner: string;
  #key: CryptoKey | undefined;

  /** @param secret SESSION_SECRET, from which the key is derived. */
  constructor(storage: DurableObjectStorage, secret: string, owner: string) {
    this.#storage = storage;
    this.#secret = secret;
    this.#owner = owner;
  }

  get link(): Link | undefined {
    return readRow(this.#storage.kv, "link", linkSchema);
  }

  /** Is on disk when it resolves. */
  async setLink(link: Link): Promise<void> {
    this.#storage.kv.put("link", link);
    this.#storage.kv.delete("renewalBeganAtMs");
    await this.#storage.sync();
  }

  /** Milliseconds since 1970; undefined when none is on its way. */
  get renewalBeganAtMs(): number | undefined {
    return readRow(this.#storage.kv, "renewalBeganAtMs", z.number());
  }

  async beginRenewal(): Promise<void> {
    this.#storage.kv.put("renewalBeganAtMs", Date.now());
    await this.#storage.sync();
  }

  endRenewal(): void {
    this.#storage.kv.delete("renewalBeganAtMs");
  }

  /** Used tickets are kept until they would have ended anyway. */
  async removeLink(forgetAtMs: number): Promise<void> {
    this.#storage.kv.delete("link");
    this.#storage.kv.delete("renewalBeganAtMs");
    await this.#storage.setAlarm(forgetAtMs);
    await this.#storage.sync();
  }

  isUsed(ticketId: string): boolean {
    return this.#usedTickets.has(ticketId);
  }

  use(ticketId: string, endsAtMs: number): void {
    const now = Date.now();
    const used = new Map([...this.#usedTickets].filter(([, ends]) => ends > now));
    used.set(ticketId, endsAtMs);
    this.#storage.kv.put("tickets", { version: 1, used });
  }

  get #usedTickets(): Map<string, number> {
    return readRow(this.#storage.kv, "tickets", ticketsSchema)?.used ?? new Map();
  }

  async seal(tokens: ServiceTokens): Promise<Pick<Link, "iv" | "ciphertext">> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plaintext = new TextEncoder().encode(JSON.stringify(tokens));
    return {
      iv,
      ciphertext: await crypto.subtle.encrypt(
        this.#algorithm(iv),
        await this.#sealingKey(),
        plaintext,
      ),
    };
  }

  /** @returns undefined when SESSION_SECRET is another than the one that they were sealed with. */
  async tokensOf({ iv, ciphertext }: Link): Promise<ServiceTokens | undefined> {
    const plaintext = await crypto.subtle
      .decrypt(this.#algorithm(iv), await this.#sealingKey(), ciphertext)
      // The one failure that there is: the key does not fit.
      .catch(() => undefined);
    if (plaintext === undefined) return undefined;
    return serviceTokensSchema.parse(JSON.parse(new TextDecoder().decode(plaintext)));
  }

  #algorithm(iv: Uint8Array<ArrayBuffer>) {
    return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(this.#owner) };
  }

  async #sealingKey(): Promise<CryptoKey> {
    this.#key ??= await derivedKey(this.#secret, "gatehouse service link", "encrypt");
    return this.#key;
  }
}
