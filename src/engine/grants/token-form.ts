import { decodeJwt } from "jose";

/**
 * The parameters of a request to the token endpoint, as every part of this server reads them.
 *
 * - A parameter without a value counts as omitted (RFC 6749, sections 3.1 and 3.2).
 * - The client's own id beside HTTP Basic is dropped: it identifies the client once more and
 *   authenticates nothing (section 2.3). MCP's Python SDK and FastMCP send it. Another id, a
 *   second secret or an assertion stays, and workers-oauth-provider refuses it.
 * - Scopes that this server does not have are dropped, as /authorize drops them: clients repeat
 *   there what they asked for here.
 *
 * A repeated parameter stays repeated, and is refused (section 3.2).
 *
 * @param knownScopes every scope that this server has.
 */
export function readTokenForm(
  body: string,
  authorization: string | null,
  knownScopes: ReadonlySet<string>,
): URLSearchParams {
  const form = new URLSearchParams(
    [...new URLSearchParams(body)].filter(([, value]) => value !== ""),
  );
  const ids = form.getAll("client_id");
  if (ids.length === 1 && ids[0] === basicClientId(authorization)) form.delete("client_id");
  const scopes = form.getAll("scope");
  if (scopes.length === 1) {
    const known = scopes[0]?.split(" ").filter((scope) => knownScopes.has(scope)) ?? [];
    if (known.length === 0) form.delete("scope");
    else form.set("scope", known.join(" "));
  }
  return form;
}

/**
 * The client that a request says it comes from: by HTTP Basic, in the body, or as the issuer of its
 * assertion (RFC 7521, section 4.2). Nothing of it is proven.
 */
export function clientIdOf(
  form: URLSearchParams,
  authorization: string | null,
): string | undefined {
  if (isBasic(authorization)) return basicClientId(authorization);
  return form.get("client_id") ?? issuerOf(form.get("client_assertion"));
}

function isBasic(authorization: string | null): authorization is string {
  return /^basic(?:[ \t]|$)/i.test(authorization ?? "");
}

/** RFC 6749, section 2.3.1: the user of HTTP Basic, form-encoded. */
function basicClientId(authorization: string | null): string | undefined {
  if (!isBasic(authorization)) return undefined;
  try {
    const credentials = atob(authorization.slice("basic".length).trim());
    const [user = ""] = credentials.split(":");
    return decodeURIComponent(user.replaceAll("+", " "));
  } catch {
    // Neither base64 nor form-encoded: it names nobody, and is refused as malformed.
    return undefined;
  }
}

function issuerOf(assertion: string | null): string | undefined {
  if (assertion === null) return undefined;
  try {
    return decodeJwt(assertion).iss;
  } catch {
    // It is no JWT, so it is refused as well.
    return undefined;
  }
}
