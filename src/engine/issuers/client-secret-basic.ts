import type * as oauth from "oauth4webapi";

/**
 * How id and secret are encoded in a Basic header: as application/x-www-form-urlencoded (RFC 6749, section
 * 2.3.1), which leaves letters, digits and `*-._` (URL Standard, section 5.2); `~` is left as well. A server
 * that decodes reads each of those back unchanged, and one that does not decode, against the RFC, finds what
 * it issued: most ids have a dash.
 */
export function basicEncoded(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1).replaceAll("%7E", "~");
}

/** Whether a server that does not decode a Basic header would read something else. */
export function needsDecoding(...texts: string[]): boolean {
  return texts.some((text) => basicEncoded(text) !== text);
}

/** client_secret_basic (RFC 6749, section 2.3.1). oauth4webapi's own encodes `-`, `_`, `.` and `~` as well. */
export function clientSecretBasic(clientSecret: string): oauth.ClientAuth {
  return (_server, client, _body, headers) => {
    const credentials = `${basicEncoded(client.client_id)}:${basicEncoded(clientSecret)}`;
    headers.set("authorization", `Basic ${btoa(credentials)}`);
  };
}
