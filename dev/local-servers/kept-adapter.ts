import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

type Payload = Record<string, unknown> & { grantId?: string; uid?: string };
type Entry = { payload: Payload; endsAtMs: number };

/** What has to survive a restart: who clients and their tokens belong to. The rest lives for minutes. */
const KEPT_MODELS = ["Client", "Grant", "RefreshToken", "AccessToken"];

/**
 * Where oidc-provider keeps what it issues: in memory, and what clients remember also in a file, so
 * that after a restart of `npm start` they are still known.
 *
 * @param file undefined keeps nothing across restarts.
 * @returns oidc-provider's `adapter`: a class that it instantiates once per model.
 */
export function keptAdapter(file: string | undefined) {
  const entries = new Map<string, Entry>(file === undefined ? [] : readEntries(file));

  function save(model: string): void {
    if (file === undefined || !KEPT_MODELS.includes(model)) return;
    const kept = [...entries].filter(
      ([key, { endsAtMs }]) => endsAtMs > Date.now() && KEPT_MODELS.includes(modelIn(key)),
    );
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(kept), { mode: 0o600 });
  }

  return class KeptAdapter {
    readonly #model: string;

    constructor(model: string) {
      this.#model = model;
    }

    async upsert(id: string, payload: Payload, expiresInSeconds?: number): Promise<void> {
      // Otherwise clients that register with the scopes they know at first could never ask for more.
      if (this.#model === "Client") Reflect.deleteProperty(payload, "scope");
      const endsAtMs =
        expiresInSeconds === undefined
          ? Number.MAX_SAFE_INTEGER
          : Date.now() + expiresInSeconds * 1_000;
      entries.set(`${this.#model}:${id}`, { payload, endsAtMs });
      save(this.#model);
    }

    async find(id: string): Promise<Payload | undefined> {
      const entry = entries.get(`${this.#model}:${id}`);
      return entry !== undefined && entry.endsAtMs > Date.now() ? entry.payload : undefined;
    }

    async findByUid(uid: string): Promise<Payload | undefined> {
      for (const [key, { payload, endsAtMs }] of entries) {
        if (modelIn(key) === this.#model && payload.uid === uid && endsAtMs > Date.now()) {
          return payload;
        }
      }
      return undefined;
    }

    async consume(id: string): Promise<void> {
      const entry = entries.get(`${this.#model}:${id}`);
      if (entry === undefined) return;
      entry.payload.consumed = Math.floor(Date.now() / 1_000);
      save(this.#model);
    }

    async destroy(id: string): Promise<void> {
      entries.delete(`${this.#model}:${id}`);
      save(this.#model);
    }

    async revokeByGrantId(grantId: string): Promise<void> {
      for (const [key, { payload }] of entries) {
        if (payload.grantId === grantId) entries.delete(key);
      }
      save(this.#model);
    }
  };
}

function modelIn(key: string): string {
  return key.slice(0, key.indexOf(":"));
}

/** A file of another version, or a broken one, does not prevent a start: clients then register again. */
function readEntries(file: string): [string, Entry][] {
  try {
    const entries: unknown = JSON.parse(readFileSync(file, "utf8"));
    return Array.isArray(entries) ? entries.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(item: unknown): item is [string, Entry] {
  if (!Array.isArray(item)) return false;
  const [key, value] = item;
  return (
    typeof key === "string" && typeof value === "object" && value !== null && "payload" in value
  );
}
