/** How many 16-bit groups of an IPv6 address name its network: a /64, which is what one home or server gets. */
const NETWORK_GROUPS = 4;
/** A /48 (RFC 6177), which hosters and tunnels give to one customer. */
const SITE_GROUPS = 3;
const ALL_GROUPS = 8;

/**
 * What a limit by address counts: the caller's IPv4 address, or the network of its IPv6 address,
 * because a caller with one address in it has all of them.
 *
 * @returns undefined if no address is known, which is when another Worker calls this one through a
 *   service binding, and in tests. Cloudflare sets the header on everything from outside, and does
 *   not let a caller choose it, unlike X-Forwarded-For.
 */
export function clientAddress(request: Request): string | undefined {
  const address = request.headers.get("cf-connecting-ip");
  if (address === null || address === "") return undefined;
  // An IPv4 address, even if it is written as an IPv6 one (`::ffff:192.0.2.1`).
  if (!address.includes(":") || address.includes(".")) return address;
  return `${groupsOfAddress(address).slice(0, NETWORK_GROUPS).join(":")}::/64`;
}

/**
 * The network that the caller's address belongs to at a hoster or a tunnel: a caller with an IPv6 /48, which
 * anybody can get, has 65 536 networks of {@link clientAddress}. IPv4 addresses are scarce, and many
 * people share a /24, so one of them is its own network.
 *
 * @returns undefined where no address is known, and for IPv4.
 */
export function clientSite(request: Request): string | undefined {
  const address = request.headers.get("cf-connecting-ip") ?? "";
  if (!address.includes(":") || address.includes(".")) return undefined;
  return `${groupsOfAddress(address).slice(0, SITE_GROUPS).join(":")}::/48`;
}

function groupsOfAddress(address: string): string[] {
  const [before = "", after] = address.split("::");
  const first = groupsOf(before);
  const last = groupsOf(after ?? "");
  const zeros = after === undefined ? 0 : ALL_GROUPS - first.length - last.length;
  return [...first, ...Array<string>(Math.max(0, zeros)).fill("0"), ...last];
}

/** Without leading zeros, so that every spelling of an address is one. */
function groupsOf(part: string): string[] {
  return part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16).toString(16));
}
