/** What encodeURIComponent leaves, though RFC 3986 reserves it. */
const LEFT = /[!'()*]/g;

/** Everything but RFC 3986's unreserved characters, as RFC 6570 encodes a value (section 3.2.1). */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(LEFT, encodedByte);
}

/** A triple passes (RFC 6570, section 3.2.3), and so do the reserved characters that a query can have in a value. */
const RESERVED = /%[0-9a-fA-F]{2}|[:/?@!$()*,;=]+/g;

/**
 * A value of a query with `allowReserved`: reserved characters and triples pass. OpenAPI 3.1.1 leaves to applications
 * what a query cannot have (`#`, `[`, `]`) or what would end the value (`&`, `+`): these are encoded, so that the
 * value stays in its place. So is `'`, which WHATWG encodes in a query whatever we do.
 */
export function reservedPassing(text: string): string {
  let encoded = "";
  let from = 0;
  for (const { 0: kept, index } of text.matchAll(RESERVED)) {
    encoded += percentEncoded(text.slice(from, index)) + kept;
    from = index + kept.length;
  }
  return encoded + percentEncoded(text.slice(from));
}

/** What a document's path may say as it is (RFC 3986, section 3.3); the rest is encoded. */
const LITERAL = /%[0-9a-fA-F]{2}|[\w.~!$&'()*+,;=:@/-]+/g;

/** The text of a path between its templates. */
export function literalPath(text: string): string {
  let encoded = "";
  let from = 0;
  for (const { 0: kept, index } of text.matchAll(LITERAL)) {
    encoded += percentEncoded(text.slice(from, index)) + kept;
    from = index + kept.length;
  }
  return encoded + percentEncoded(text.slice(from));
}

function encodedByte(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
