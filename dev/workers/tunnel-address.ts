import { isLoopback } from "../../src/engine/config/index.ts";

/**
 * Gives a request that came through a tunnel the address that its client knows. The tunnel speaks http with this
 * machine, and either passes its own host on or says in a header (`X-Forwarded-Host`, or only
 * `X-Forwarded-Proto: https`) that it has put another in its place.
 *
 * Anybody may send these headers, so they choose between two addresses that the developer has named, and nothing
 * else: any other host stays what it is, and is refused (DNS rebinding).
 *
 * @param tunnel the tunnel's origin, such as `https://x.example`.
 */
export function throughTunnel<Properties>(
  request: Request<unknown, Properties>,
  tunnel: string,
): Request<unknown, Properties> {
  const url = new URL(request.url);
  const { host, origin } = new URL(tunnel);
  const { headers } = request;
  const isThrough =
    url.host === host ||
    (isLoopback(url.hostname) &&
      (headers.get("x-forwarded-host") === host || headers.get("x-forwarded-proto") === "https"));
  if (!isThrough) return request;
  return new Request(origin + url.pathname + url.search, request);
}
