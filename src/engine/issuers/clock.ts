/** How far the clocks of an authorization server and of this server may be apart, where a token begins or ends. */
export const CLOCK_SKEW_SECONDS = 10;
