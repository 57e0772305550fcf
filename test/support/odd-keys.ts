import {
  CompactEncrypt,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from "jose";
import type { OddSettings } from "./odd-settings.ts";

type Key = { privateKey: Parameters<SignJWT["sign"]>[0]; jwk: JWK };

/** The keys of one provider, and what it signs with the last of them. */
export class OddKeys {
  readonly #settings: OddSettings;
  #keys: Promise<Key[]>;

  constructor(settings: OddSettings) {
    this.#settings = settings;
    this.#keys = newKeys(settings, settings.otherKeys + 1);
  }

  rotate(): void {
    this.#keys = newKeys(this.#settings, 1);
  }

  async published(): Promise<{ keys: JWK[] }> {
    return { keys: (await this.#keys).map(({ jwk }) => jwk) };
  }

  async sign(claims: JWTPayload): Promise<string> {
    const { alg, clientSecret, encrypts } = this.#settings;
    if (alg === "none") return new UnsecuredJWT(claims).encode();
    const key = (await this.#keys).at(-1);
    if (encrypts || key === undefined) {
      const { publicKey } = await generateKeyPair("RSA-OAEP");
      return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(claims)))
        .setProtectedHeader({ alg: "RSA-OAEP", enc: "A128GCM" })
        .encrypt(publicKey);
    }
    const { kid } = key.jwk;
    const jwt = new SignJWT(claims).setProtectedHeader({ alg, ...(kid !== undefined && { kid }) });
    return jwt.sign(
      alg.startsWith("HS") ? new TextEncoder().encode(clientSecret.repeat(8)) : key.privateKey,
    );
  }
}

async function newKeys({ alg, keyAlg = alg, hasKid }: OddSettings, count: number): Promise<Key[]> {
  const kind = alg.startsWith("HS") || alg === "none" ? "RS256" : alg;
  return Promise.all(
    Array.from({ length: count }, async () => {
      const { privateKey, publicKey } = await generateKeyPair(kind, { extractable: true });
      const jwk = {
        ...(await exportJWK(publicKey)),
        ...(hasKid && { kid: crypto.randomUUID() }),
        ...(keyAlg !== "" && { alg: keyAlg === alg ? kind : keyAlg }),
        use: "sig",
      };
      return { privateKey, jwk };
    }),
  );
}
