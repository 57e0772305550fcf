import type { Authority } from "./better-auth.ts";

export async function startGlewlwyd(_redirectUri: string): Promise<Authority> {
  return { vars: {}, stop: async () => {} };
}
