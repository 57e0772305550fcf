import * as z from "zod";
import { type ClientPreset, clientPresets } from "./client-presets.ts";
import { commaSeparated, isLoopback } from "./variables.ts";

/** Which clients may connect (ALLOWED_CLIENTS): those that any one of these lets in. */
export type AllowedClients = {
  /** As {@link comparableRedirectUri} writes them. */
  readonly redirectUris: ReadonlySet<string>;
  /** Everything below these addresses, each of which ends in a slash. */
  readonly redirectPrefixes: readonly string[];
  /** Whether any app on the person's own computer may connect (RFC 8252, section 7.3). */
  readonly loopback: boolean;
  /** Client ids that are metadata documents. */
  readonly documents: ReadonlySet<string>;
  /** Hosts, with a port if it is not 443, any metadata document at which may be a client id. */
  readonly metadataHosts: ReadonlySet<string>;
};

const METADATA = "metadata:";

type Entry = Omit<ClientPreset, "displayName"> & { readonly metadataHosts?: readonly string[] };

/** Whether this address is one of an app on the person's own computer (RFC 8252, section 7.3). */
export function isLoopbackRedirect({ protocol, hostname }: URL): boolean {
  return protocol === "http:" && isLoopback(hostname);
}

/**
 * A redirect URI in the form in which two are compared: as a URL parser writes it, because that is
 * where the code is sent, and at a loopback address without the port, because the system gives an app
 * another one each time (RFC 8252, section 7.3).
 */
export function comparableRedirectUri(redirectUri: URL): string {
  const comparable = new URL(redirectUri);
  if (isLoopbackRedirect(comparable)) comparable.port = "";
  return comparable.href;
}

/** ALLOWED_CLIENTS. Not set, or `any`, lets in every client; a list that is empty does not parse. */
export const allowedClients = z
  .string("must be text: entries separated by commas")
  .pipe(commaSeparated)
  .transform((entries, context): AllowedClients | undefined => {
    if (entries.length === 1 && entries[0] === "any") return undefined;
    const refuse = (message: string) => context.addIssue({ code: "custom", message });
    if (entries.length === 0) refuse("has no entry: leave it empty to let any client connect");
    const presets = entries.flatMap((entry, index): Entry[] => {
      const read = presetOf(entry);
      if (typeof read !== "string") return [read];
      refuse(`entry ${index + 1} ${read}`);
      return [];
    });
    return {
      redirectUris: new Set(
        presets
          .flatMap((preset) => preset.redirectUris)
          .map((redirectUri) => comparableRedirectUri(new URL(redirectUri))),
      ),
      redirectPrefixes: presets.flatMap((preset) => preset.redirectPrefixes ?? []),
      loopback: entries.includes("loopback"),
      documents: new Set(presets.flatMap((preset) => preset.documents ?? [])),
      metadataHosts: new Set(presets.flatMap((preset) => preset.metadataHosts ?? [])),
    };
  })
  .optional();

/** What one entry lets in, or what is wrong with it. */
function presetOf(entry: string): Entry | string {
  if (entry === "loopback") return { redirectUris: [] };
  if (entry === "any") return 'is "any", which stands alone';
  if (isPresetName(entry)) return clientPresets[entry];
  if (entry.startsWith(METADATA)) {
    const host = entry.slice(METADATA.length);
    const address = `https://${host}`;
    return URL.canParse(address) && new URL(address).host === host
      ? { redirectUris: [], metadataHosts: [host] }
      : "must be metadata: and a domain, such as metadata:app.example.com";
  }
  if (entry.startsWith("https://") && URL.canParse(entry)) {
    const { origin, href, pathname } = new URL(entry);
    if (entry === origin) return { redirectUris: [], redirectPrefixes: [`${origin}/`] };
    if (entry === href && pathname !== "/" && !entry.includes("#"))
      return { redirectUris: [entry] };
    return "must be an origin such as https://app.example.com, without a slash at the end, or one redirect URI there";
  }
  const names = [...Object.keys(clientPresets), "loopback"].join(", ");
  return `must be one of ${names}, an https:// address, or metadata: and a domain`;
}

function isPresetName(name: string): name is keyof typeof clientPresets {
  return Object.hasOwn(clientPresets, name);
}
