/** Where the peers' OAuthProvider serves what: the paths of its documentation. */
export const oauthEndpoints = {
  authorizeEndpoint: "/authorize",
  tokenEndpoint: "/oauth/token",
  clientRegistrationEndpoint: "/oauth/register",
  apiRoute: "/mcp",
};
