/** In the place of `cloudflare:workers`, in Node.js: it runs on until what was begun is done. */
export function waitUntil(_work: Promise<unknown>): void {}
