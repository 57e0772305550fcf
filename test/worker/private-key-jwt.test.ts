import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { createLocalJWKSet, decodeJwt, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { externalGatehouse } from "./external-gatehouse.ts";
import { requestsTo, startAuthority } from "./scripted.ts";

const rsa = () => generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;
const ec = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve }).privateKey;
const pem = (key: KeyObject, type: "pkcs8" | "pkcs1") =>
  String(key.export({ type, format: "pem" }));

/** The curve P-256 as openssl writes it into SEC 1 keys, and workerd does not (RFC 5915, section 3). */
const P256_PARAMETERS = [0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/** The sequence's tag and length, the version, and the private key. */
const [HEADER_BYTES, KEY_END] = [2, 39];

function sec1Pem(key: KeyObject): string {
  const der = new Uint8Array(key.export({ type: "sec1", format: "der" }));
  const inner = [
    ...der.subarray(HEADER_BYTES, KEY_END),
    ...P256_PARAMETERS,
    ...der.subarray(KEY_END),
  ];
  const base64 = new Uint8Array([0x30, inner.length, ...inner]).toBase64();
  return `-----BEGIN EC PRIVATE KEY-----\n${base64.replaceAll(/.{64}/g, "$&\n")}\n-----END EC PRIVATE KEY-----\n`;
}

/** A Gatehouse that proves itself with a key, and what the authorization server sees of it. */
async function start(vars: Record<string, string>) {
  const authority = await startAuthority();
  await authority.introspects({ active: false });
  const gatehouse = externalGatehouse({
    AUTH_MODE: "introspection",
    AS_ISSUER: authority.issuer,
    AS_CLIENT_ID: "gatehouse",
    ...vars,
  });
  return {
    authority,
    /** The assertion of one request to the authorization server. */
    async assertion(): Promise<string> {
      await gatehouse.call(crypto.randomUUID(), "whoami");
      const form = new URLSearchParams(
        (await requestsTo(authority.paths.introspection)).at(-1)?.body,
      );
      expect(form.get("client_assertion_type")).toBe(
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      );
      return form.get("client_assertion") ?? "";
    },
    keySet: async () => (await gatehouse.fetch("/.well-known/jwks.json")).json(),
  };
}

const keySetSchema = z.object({
  keys: z.array(
    // Strict, so that nothing private can be among them.
    z.strictObject({
      kty: z.enum(["RSA", "EC", "OKP"]),
      kid: z.string(),
      alg: z.string().exactOptional(),
      use: z.literal("sig"),
      n: z.string().exactOptional(),
      e: z.string().exactOptional(),
      crv: z.string().exactOptional(),
      x: z.string().exactOptional(),
      y: z.string().exactOptional(),
    }),
  ),
});

describe("AS_PRIVATE_KEY", () => {
  it.each<[string, () => string, string]>([
    ["RSA in PKCS#8", () => pem(rsa(), "pkcs8"), "RS256"],
    ["RSA in PKCS#1, as openssl genrsa prints it", () => pem(rsa(), "pkcs1"), "RS256"],
    ["P-256 in PKCS#8", () => pem(ec("P-256"), "pkcs8"), "ES256"],
    ["P-256 in SEC 1, as openssl ecparam prints it", () => sec1Pem(ec("P-256")), "ES256"],
    ["P-384", () => pem(ec("P-384"), "pkcs8"), "ES384"],
    ["P-521", () => pem(ec("P-521"), "pkcs8"), "ES512"],
    ["Ed25519", () => pem(generateKeyPairSync("ed25519").privateKey, "pkcs8"), "EdDSA"],
    ["with literal \\n", () => pem(rsa(), "pkcs8").replaceAll("\n", "\\n"), "RS256"],
    ["with Windows line ends", () => pem(rsa(), "pkcs8").replaceAll("\n", "\r\n"), "RS256"],
    ["with space around", () => `\n  ${pem(rsa(), "pkcs8")}\n`, "RS256"],
  ])("may be %s: the server can verify what it signs", async (_name, key, alg) => {
    const { authority, assertion, keySet } = await start({ AS_PRIVATE_KEY: key() });
    const keys = keySetSchema.parse(await keySet());
    const { payload, protectedHeader } = await jwtVerify(
      await assertion(),
      createLocalJWKSet(keys),
      { issuer: "gatehouse", subject: "gatehouse", audience: authority.issuer },
    );
    expect(protectedHeader).toMatchObject({ alg, kid: keys.keys[0]?.kid });
    expect(payload.jti).toBeTypeOf("string");
    const { exp = 0, iat = 0 } = payload;
    expect(exp - iat).toBeGreaterThan(0);
    expect(exp - iat).toBeLessThanOrEqual(300);
  });

  it("signs as Ed25519 where the server announces that name (RFC 9864)", async () => {
    const key = pem(generateKeyPairSync("ed25519").privateKey, "pkcs8");
    const { authority, assertion, keySet } = await start({ AS_PRIVATE_KEY: key });
    await authority.publish({
      token_endpoint_auth_signing_alg_values_supported: ["EdDSA"],
      introspection_endpoint_auth_signing_alg_values_supported: ["RS256", "Ed25519"],
    });
    const known = createLocalJWKSet(keySetSchema.parse(await keySet()));
    const { protectedHeader } = await jwtVerify(await assertion(), known);
    expect(protectedHeader.alg).toBe("Ed25519");
  });

  it("signs a new assertion each time", async () => {
    const { assertion } = await start({ AS_PRIVATE_KEY: pem(ec("P-256"), "pkcs8") });
    expect(decodeJwt(await assertion()).jti).not.toBe(decodeJwt(await assertion()).jti);
  });

  it("has its thumbprint for its id, wherever it is served (RFC 7638)", async () => {
    const key = pem(ec("P-256"), "pkcs8");
    const [one, two] = [await start({ AS_PRIVATE_KEY: key }), await start({ AS_PRIVATE_KEY: key })];
    expect(await one.keySet()).toEqual(await two.keySet());
  });
});

it("AS_PRIVATE_KEY_NEXT is published before it signs, so that keys can be rotated", async () => {
  const [old, next] = [pem(rsa(), "pkcs8"), pem(ec("P-256"), "pkcs8")];
  const before = await start({ AS_PRIVATE_KEY: old, AS_PRIVATE_KEY_NEXT: next });
  const known = createLocalJWKSet(keySetSchema.parse(await before.keySet()));
  await jwtVerify(await before.assertion(), known);
  const after = await start({ AS_PRIVATE_KEY: next });
  const { protectedHeader } = await jwtVerify(await after.assertion(), known);
  expect(protectedHeader.alg).toBe("ES256");
});
