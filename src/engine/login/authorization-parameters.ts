/**
 * The address of an authorization request without the parameters that have no value: they count as absent
 * (RFC 6749, section 3.1). Code that decides about a request must read it in this form, because the
 * first of two parameters with one name counts.
 */
export function presentParameters(requestUrl: string): URL {
  const url = new URL(requestUrl);
  const present = [...url.searchParams].filter(([, value]) => value !== "");
  url.search = new URLSearchParams(present).toString();
  return url;
}
