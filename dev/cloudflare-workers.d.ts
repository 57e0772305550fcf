/** What modules that dev/ reads take from the Worker's runtime (dev/worker-modules.mjs). */
declare module "cloudflare:workers" {
  export function waitUntil(promise: Promise<unknown>): void;
}
