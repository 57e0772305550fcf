const made = new WeakMap<Request, string>();

/** As Cloudflare writes it, such as `8f1c2d3e4a5b6c7d-LIS`. */
const RAY = /^[0-9a-f]{16}(-[A-Z]{3})?$/;

/**
 * The id of a request, for logs and the audit: Cloudflare's own, which its logs use as well or, if there is
 * none, a random one for this object. Cloudflare lets no client choose it.
 */
export function requestIdOf(request: Request): string {
  const ray = request.headers.get("cf-ray");
  if (ray !== null && RAY.test(ray)) return ray;
  const id = made.get(request) ?? crypto.randomUUID();
  made.set(request, id);
  return id;
}
