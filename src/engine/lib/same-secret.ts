/** Compares what somebody presents with a secret, in a time that reveals nothing about either. */
export async function sameSecret(presented: string, secret: string): Promise<boolean> {
  const encoder = new TextEncoder();
  // Hashes have one length, so not even the secret's length shows.
  const [left, right] = await Promise.all(
    [presented, secret].map((text) => crypto.subtle.digest("SHA-256", encoder.encode(text))),
  );
  return left !== undefined && right !== undefined && crypto.subtle.timingSafeEqual(left, right);
}
