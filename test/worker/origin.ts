/** Where the Worker under test is reached: the public https origin of a deployment. */
export const TEST_ORIGIN = "https://mcp.test";
