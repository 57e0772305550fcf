/** Far more than the address of a document has; it is kept with each grant. */
const MAX_DOCUMENT_ID_CHARS = 1_024;

/**
 * Of a client that registered: printable (RFC 6749, appendix A.1), and short enough for the key of a
 * record in KV, which has 512 bytes at most. This server makes ids of 16 characters.
 */
const REGISTERED_ID = /^[\x21-\x7e]{1,255}$/;

/** Whether a client could have this id by its registration. It need not. */
export function isRegisteredId(clientId: string): boolean {
  return REGISTERED_ID.test(clientId) && !isDocumentId(clientId);
}

/** Whether an id is an https address, and so means the metadata document there and nothing else. */
export function isDocumentId(clientId: string): boolean {
  return URL.canParse(clientId) && new URL(clientId).protocol === "https:";
}

/**
 * Whether an address may identify a client (draft-ietf-oauth-client-id-metadata-document, section 3):
 * https, with a path, without user or fragment. It must be spelled as a URL parser writes it, which
 * leaves no dot segments, so that what is compared, shown and fetched is one and the same.
 */
export function isValidDocumentId(clientId: string): boolean {
  if (clientId.length > MAX_DOCUMENT_ID_CHARS || !isDocumentId(clientId)) return false;
  const { href, username, password } = new URL(clientId);
  const hasUser = username !== "" || password !== "";
  return href === clientId && !hasUser && !clientId.includes("#");
}
