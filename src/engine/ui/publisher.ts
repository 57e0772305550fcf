/** A document whose address says whose it is; `address` in whole, because one host may hold many people's. */
export type Publisher = { host: string; address: string };

/**
 * Who published what a client says of itself. An IP address, and a name without a dot, are nobody's in
 * particular.
 *
 * @param clientId by which a client is known, if its metadata document was read.
 */
export function publisherOf(clientId: string | undefined): Publisher | undefined {
  if (clientId === undefined || !URL.canParse(clientId)) return undefined;
  const { host, hostname, href } = new URL(clientId);
  const isName = hostname.includes(".") && !/^[\d.]+$|^\[/.test(hostname);
  return isName ? { host, address: href } : undefined;
}
