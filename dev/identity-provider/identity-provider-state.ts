import { type JsonWebKey, randomBytes } from "node:crypto";
import { keepJson } from "../local-servers/kept-json.ts";
import { newSigningKey } from "../local-servers/signing-keys.ts";

export type IdentityProviderState = {
  /** The private signing keys, as a JSON Web Key Set. */
  jwks: { keys: JsonWebKey[] };
  clientSecret: string;
};

/** Reads the keys and the client's secret from the file, or makes new ones (and keeps them there). */
export function loadIdentityProviderState(
  file: string | undefined,
): Promise<IdentityProviderState> {
  return keepJson(file, isIdentityProviderState, newState);
}

function newState(): IdentityProviderState {
  return { jwks: { keys: [newSigningKey()] }, clientSecret: randomBytes(32).toString("base64url") };
}

function isIdentityProviderState(value: unknown): value is IdentityProviderState {
  return (
    typeof value === "object" &&
    value !== null &&
    "clientSecret" in value &&
    typeof value.clientSecret === "string" &&
    "jwks" in value &&
    typeof value.jwks === "object" &&
    value.jwks !== null &&
    "keys" in value.jwks &&
    Array.isArray(value.jwks.keys)
  );
}
