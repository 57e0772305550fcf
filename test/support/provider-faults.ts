/** How an OpenID provider can go wrong. Each is an issuer of its own: `<origin>/<fault>`. */
export const faults = [
  "none",
  "discovery-500",
  "discovery-html",
  "discovery-other-issuer",
  "refuses",
  "token-500",
  "token-html",
  "no-id-token",
  "forged-signature",
  "unsigned",
  "other-nonce",
  "other-audience",
  "other-issuer",
  "expired",
] as const;
export type Fault = (typeof faults)[number];
