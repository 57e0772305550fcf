import { isLoopbackRedirect } from "./allowed-clients.ts";
import { type ClientPreset, clientPresets } from "./client-presets.ts";

const presets: readonly ClientPreset[] = Object.values(clientPresets);

/** What a client shows of itself that it cannot make up. */
type Shown = {
  /** The address of its metadata document, which was read there. */
  readonly document: string | undefined;
  /** Where the code goes. */
  readonly redirectUri: string | undefined;
};

/**
 * The product that a client is known to be: its maker's own metadata document names it, or its code goes to an
 * address of its maker. A name proves nothing, nor does an address on the person's own computer, which any app there
 * can take (RFC 8252, section 8.6), or a scheme that any app can register (section 8.4).
 *
 * @returns the name that we know it by.
 */
export function knownClient({ document, redirectUri = "" }: Shown): string | undefined {
  if (document !== undefined) {
    return presets.find(({ documents = [] }) => documents.includes(document))?.displayName;
  }
  if (!URL.canParse(redirectUri)) return undefined;
  const address = new URL(redirectUri);
  if (address.protocol !== "https:" || isLoopbackRedirect(address)) return undefined;
  return presets.find(
    ({ redirectUris, redirectPrefixes = [] }) =>
      redirectUris.includes(address.href) ||
      redirectPrefixes.some((prefix) => address.href.startsWith(prefix)),
  )?.displayName;
}
