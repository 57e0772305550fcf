import type { PublishedJson } from "./published-json";

/** Whatever its publisher says: a document that is corrected counts within a day. */
const LONGEST_SECONDS = 86_400;
/** Unless its publisher forbids it: one sign-in reads a document four times. */
const SHORTEST_SECONDS = 60;

const NOT_STORED = /(?:^|,)\s*(?:no-cache|no-store|private)\b/i;
const MAX_AGE = /(?:^|,)\s*(?:s-maxage|max-age)\s*=\s*"?(\d{1,9})/i;

/** Documents that were found good, for as long as their publishers let them be kept (RFC 9111). */
const open = () => caches.open("client-documents");

/** @returns undefined when there is none. */
export async function cachedDocument(url: string): Promise<unknown> {
  const found = await (await open()).match(url);
  return found?.json();
}

export async function cacheDocument(url: string, { value, cacheControl }: PublishedJson) {
  if (NOT_STORED.test(cacheControl)) return;
  const said = Number(MAX_AGE.exec(cacheControl)?.[1] ?? 0);
  const seconds = Math.min(Math.max(said, SHORTEST_SECONDS), LONGEST_SECONDS);
  const headers = { "cache-control": `public, max-age=${seconds}` };
  await (await open()).put(url, Response.json(value, { headers }));
}
