/** An e-mail address that can be compared: all of it ASCII, in lower case. */
export type EmailAddress = { readonly address: string; readonly domain: string };

const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const DOMAIN = new RegExp(`^(?:${LABEL}\\.)+${LABEL}$`);
/** A dot-atom (RFC 5322, section 3.2.3): no quotes, so that there is one `@` and no doubt about it. */
const LOCAL_PART = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+$/;
const MAX_CHARS = 254;

/**
 * Reads an address for comparison.
 *
 * Whatever is not plain ASCII is refused before the letters are made small: the Kelvin sign, for one,
 * would turn into a "k". International domains can be compared in their ASCII form (`xn--…`) only,
 * because others look like them.
 *
 * @returns undefined for anything else, which is then like no address at all.
 */
export function parseEmailAddress(text: string): EmailAddress | undefined {
  if (text.length > MAX_CHARS) return undefined;
  const [local = "", domain = "", ...more] = text.split("@");
  if (more.length > 0 || !LOCAL_PART.test(local)) return undefined;
  const parsed = parseEmailDomain(domain);
  if (parsed === undefined) return undefined;
  return { address: `${local.toLowerCase()}@${parsed}`, domain: parsed };
}

/** The domain of an address, in lower case; undefined when it is none, see {@link parseEmailAddress}. */
export function parseEmailDomain(text: string): string | undefined {
  return DOMAIN.test(text) ? text.toLowerCase() : undefined;
}
