import { generateCookie } from "hono/cookie";

/**
 * A `Set-Cookie` for this host alone (`__Host-`, RFC 6265bis) that no script reads. Lax: the browser
 * sends it when it comes back from the identity provider, which is another site.
 */
export function hostCookie(name: string, value: string, maxAgeSeconds: number): string {
  return generateCookie(name, value, {
    prefix: "host",
    path: "/",
    secure: true,
    httpOnly: true,
    sameSite: "Lax",
    maxAge: maxAgeSeconds,
  });
}
