import * as z from "zod";

/**
 * What an operator may add to authorization requests: who may sign in and how (OpenID Connect Core, section
 * 3.1.2.1, and what Auth0, Entra, Google, Keycloak and Okta have), and Google's way to refresh tokens. Nothing that
 * the code flow's safety rests on.
 */
const ALLOWED = [
  "access_type",
  "acr_values",
  "connection",
  "domain_hint",
  "hd",
  "idp",
  "include_granted_scopes",
  "kc_idp_hint",
  "organization",
  "prompt",
  "ui_locales",
];

/** `prompt=consent&access_type=offline`, as in an address. */
export const authorizationParameters = z
  .string()
  .default("")
  .transform((text) => [...new URLSearchParams(text)])
  .refine(
    (all) => all.every(([name]) => ALLOWED.includes(name)),
    `must be as in an address, prompt=consent&access_type=offline, with none but ${ALLOWED.join(", ")}`,
  )
  .transform((all): Record<string, string> => Object.fromEntries(all));

/** Those that serve nothing but tokens are left out where none are kept. */
export function withoutTokens({
  access_type: _,
  ...parameters
}: Record<string, string>): Record<string, string> {
  const { prompt, ...others } = parameters;
  return prompt === undefined || prompt === "consent" ? others : parameters;
}
