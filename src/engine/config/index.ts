// Imports here end in .ts, because dev/ runs this folder in Node.js as it is.
export {
  type AllowedClients,
  comparableRedirectUri,
  isLoopbackRedirect,
} from "./allowed-clients.ts";
export type { AllowedPeople } from "./allowed-people.ts";
export type { ApiCredential } from "./api-credential.ts";
export { type AuditConfig, parseAuditConfig } from "./audit.ts";
export { type BindingKind, bindingProblems } from "./bindings.ts";
export type {
  ClientCredential,
  KeyCredential,
  PrivateJwk,
  SecretCredential,
} from "./client-credential.ts";
export { type Api, defineApi, type ExchangeAccess } from "./define-api.ts";
export { defineService, type Service, type ServiceScope } from "./define-service.ts";
export { parseEmailAddress } from "./email-address.ts";
export type {
  ExternalAuthorization,
  IntrospectionAuthorization,
  JwtAuthorization,
} from "./external-authorization.ts";
export type { IdentityKeys } from "./identity-key.ts";
export { knownClient } from "./known-clients.ts";
export type { ServiceConnection } from "./service-connection.ts";
export { connectionOf, scopesAsked, type UpstreamApi } from "./upstream-api.ts";
export { ConfigError, isLoopback } from "./variables.ts";
