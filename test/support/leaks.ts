/** As much of a secret as must not be readable either. */
const PART_CHARS = 12;

/** Longer than words are: tokens, codes, cookies and keys that nobody has named. */
const TOKEN_SHAPED = /[A-Za-z0-9_\-+/=.~*]{25,}/g;
const E_MAIL = /[\w.+-]+@[\w-]+\.\w+/g;

/** Fields that are there to tell who and which, by ids that open nothing. As JSON, or as Node.js prints it. */
const ID_FIELD = /"?\b(userId|clientId|grantId|requestId|reference)"?: ?(["'])[^"']*\2/g;

/** By which workers-oauth-provider tells of a client id that is an address. */
const CLIENT_DOCUMENT = /CIMD fetch failed for \S+/g;

/** Addresses of servers that the operator configured, without a query, in the fields that are there for them. */
const ADDRESS_FIELD = /"?\b(endpoint|expected|received)"?: ?(["'])https?:\/\/[^"'?#@]*\2/g;

/** What is as long, and no secret. */
const HARMLESS = [
  // Words, routes and names: no random text of this length is without capitals, or digits.
  /^\/?\.?[a-z]+([-_./][a-z]+)*(\/\*)?$/,
  /^[A-Za-z]+Error$/,
  /^[A-Z]+(_[A-Z\d]+)*$/,
  // Files of the source, as wrangler prints them.
  /^\.{0,2}\/[\w./@+-]+\.(ts|tsx|js|mjs|jsonc|html|env)$/,
];

/**
 * What somebody who reads a log would learn, and must not.
 *
 * @param secrets that were used, whole; each is looked for as it is, encoded for URLs, and in part.
 */
export function leaksIn(log: string, secrets: readonly string[]): string[] {
  const named = secrets.filter((secret) => formsOf(secret).some((form) => log.includes(form)));
  const withoutIds = log
    .replaceAll(ID_FIELD, "")
    .replaceAll(CLIENT_DOCUMENT, "")
    .replaceAll(ADDRESS_FIELD, "");
  const shaped = [...withoutIds.matchAll(TOKEN_SHAPED)]
    .map(([text]) => text.replace(/^[=.]+|[.]+$/g, ""))
    .filter((text) => text.length >= 25)
    .filter((text) => !HARMLESS.some((pattern) => pattern.test(text)));
  const addresses = [...withoutIds.matchAll(E_MAIL)].map(([text]) => text);
  return [...new Set([...named, ...shaped, ...addresses])];
}

function formsOf(secret: string): string[] {
  const whole = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
  // The tokens of workers-oauth-provider begin with the ids of person and grant.
  const own = secret.slice(secret.lastIndexOf(":") + 1);
  if (own.length < 2 * PART_CHARS) return whole;
  return [...whole, own.slice(0, PART_CHARS), own.slice(-PART_CHARS)];
}
