/** How far the clocks of an authorization server and this server may differ when a token begins or ends. */
export const CLOCK_SKEW_SECONDS = 10;
