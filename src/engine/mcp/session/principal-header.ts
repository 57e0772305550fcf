import { type Principal, principalSchema } from "../../identity/principal";

/**
 * Carries the Principal of a request from the Worker into the session's Durable Object, with the
 * message. A client cannot set it: the Worker passes on only the headers it names (forward.ts).
 */
export const PRINCIPAL_HEADER = "gatehouse-principal";

/** Base64 of UTF-8 JSON, because names are not ASCII and header values are. */
export function encodePrincipal(principal: Principal): string {
  return new TextEncoder().encode(JSON.stringify(principal)).toBase64();
}

/** @throws when the header is absent or not what {@link encodePrincipal} made. */
export function decodePrincipal(header: string | undefined): Principal {
  if (header === undefined) throw new TypeError(`The header ${PRINCIPAL_HEADER} is missing`);
  return principalSchema.parse(JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(header))));
}
