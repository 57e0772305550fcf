/** Who published a document, by its address; `address` in full, because one host may have many publishers. */
export type Publisher = { host: string; address: string };

/**
 * Who published a client's metadata. An IP address, and a name without a dot, belong to nobody in
 * particular.
 *
 * @param clientId of a client with a metadata document that was read.
 */
export function publisherOf(clientId: string | undefined): Publisher | undefined {
  if (clientId === undefined || !URL.canParse(clientId)) return undefined;
  const { host, hostname, href } = new URL(clientId);
  const isName = hostname.includes(".") && !/^[\d.]+$|^\[/.test(hostname);
  return isName ? { host, address: href } : undefined;
}
