/** In the place of `cloudflare:workers`, for modules that Node.js only reads. */
export function waitUntil(): never {
  throw new Error("This is not a Worker");
}
