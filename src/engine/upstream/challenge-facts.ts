/**
 * What a log may have of an API's header WWW-Authenticate (RFC 6750, section 3). Never its description, which may quote
 * a token.
 */
export function challengeFacts(challenge: string | null) {
  const parameter = (name: string) =>
    new RegExp(`\\b${name}="?([A-Za-z0-9_.:/@ -]{1,100})`, "i").exec(challenge ?? "")?.[1];
  const error = parameter("error");
  const realm = parameter("realm");
  return {
    challenge: /^[A-Za-z]{1,20}/.exec(challenge ?? "")?.[0] ?? "none",
    ...(error !== undefined && { error }),
    ...(realm !== undefined && { realm }),
  };
}
