/**
 * A random text that says when it ends. A browser's cookie alone holds it; what travels through other servers is derived
 * from it (lib/signatures.ts).
 */
export function expiringSecret(seconds: number): string {
  const random = crypto.getRandomValues(new Uint8Array(32));
  const text = random.toBase64({ alphabet: "base64url", omitPadding: true });
  return `${text}.${Math.floor(Date.now() / 1_000) + seconds}`;
}

/** Whether a secret still counts. Any other text does not. */
export function isLive(secret: string): boolean {
  const [, endsAtSeconds] = secret.split(".");
  return Number(endsAtSeconds) > Date.now() / 1_000;
}
