import { describe, expect, it, vi } from "vitest";
import type { UpstreamApi } from "../../src/engine/config/upstream-api";
import type { UpstreamCredential } from "../../src/engine/identity/upstream-credential";
import { signInTokens } from "../../src/engine/upstream/sign-in-tokens";

const api: UpstreamApi = {
  ...{ name: "cloudflare", displayName: "Cloudflare", url: "https://api.example" },
  credential: { by: "sign-in", identityProvider: "cloudflare" },
  ...{ resource: undefined, audience: undefined, scopes: [] },
};

function tokensOf(credential: UpstreamCredential | undefined, ends = true) {
  const endGrant = vi.fn(async (_accessToken: string) => ends);
  return { tokens: signInTokens(async () => credential, endGrant), endGrant };
}

const nowSeconds = () => Date.now() / 1_000;
const token = (expiresAtSeconds?: number): UpstreamCredential => ({
  kind: "upstream-token",
  accessToken: "upstream",
  ...(expiresAtSeconds !== undefined && { expiresAtSeconds }),
});

describe("the token of the person's sign-in", () => {
  it.each([
    ["for as long as it lives", token(nowSeconds() + 60)],
    ["when nobody said how long it lives", token()],
  ])("is given out %s", async (_name, credential) => {
    expect(await tokensOf(credential).tokens.accessToken(api)).toBe("upstream");
  });

  // The API would answer 401 to it, which ends the grant.
  it("is not sent when it has run out, and the grant goes on", async () => {
    const { tokens, endGrant } = tokensOf(token(nowSeconds() - 1));
    await expect(tokens.accessToken(api)).rejects.toThrow("The access to Cloudflare has run out");
    expect(endGrant).not.toHaveBeenCalled();
  });

  it.each([
    ["none", undefined],
    ["the caller's own", { kind: "subject-token", token: "ours" } as const],
  ])("is missed when there is %s", async (_name, credential) => {
    await expect(tokensOf(credential).tokens.accessToken(api)).rejects.toThrow(
      "This sign-in brought no access to Cloudflare. Connect this server again.",
    );
  });

  it("ends the grant when the API refuses it, and says so", async () => {
    const { tokens, endGrant } = tokensOf(token());
    await expect(tokens.refused(api, "upstream")).rejects.toThrow("so it has ended here as well");
    expect(endGrant.mock.calls).toEqual([["upstream"]]);
  });

  it("says to try again when it was replaced while the call was under way", async () => {
    const { tokens } = tokensOf(token(), false);
    await expect(tokens.refused(api, "upstream")).rejects.toThrow("was renewed while this call");
  });
});
