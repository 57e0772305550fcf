import { afterEach, describe, expect, it, vi } from "vitest";
import type { UpstreamApi } from "../../src/engine/config/upstream-api";
import type {
  SignInCredential,
  UpstreamCredential,
} from "../../src/engine/identity/upstream-credential";
import { signInTokens } from "../../src/engine/upstream/sign-in-tokens";
import { TakenTokens } from "../../src/engine/upstream/taken-tokens";
import type { TokenSource } from "../../src/engine/upstream/token-source";

const api: UpstreamApi = {
  ...{ name: "cloudflare", displayName: "Cloudflare", url: "https://api.example" },
  credential: { by: "sign-in", identityProvider: "cloudflare" },
  ...{ resource: undefined, audience: undefined, scopes: [] },
};

const other: UpstreamApi = { ...api, name: "other" };

function tokensOf(credential: UpstreamCredential | undefined, ends = true) {
  const endGrant = vi.fn(async (_accessToken: string) => ends);
  return { tokens: signInTokens(async () => credential, endGrant, new TakenTokens()), endGrant };
}

const nowSeconds = () => Date.now() / 1_000;
const token = (expiresAtSeconds?: number): SignInCredential => ({
  kind: "upstream-token",
  accessToken: "upstream",
  ...(expiresAtSeconds !== undefined && { expiresAtSeconds }),
});

afterEach(() => {
  vi.restoreAllMocks();
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

  it("ends the grant when the API refuses it that took it before, and says so", async () => {
    const { tokens, endGrant } = tokensOf(token());
    tokens.taken?.(api, "upstream");
    await expect(tokens.refused(api, "upstream", null)).rejects.toThrow(
      "so it has ended here as well",
    );
    expect(endGrant.mock.calls).toEqual([["upstream"]]);
  });

  it("ends it as well when the API took it at the sign-in itself", async () => {
    const { tokens, endGrant } = tokensOf({ ...token(), takenBy: "https://api.example" });
    await tokens.accessToken(api);
    await expect(tokens.refused(api, "upstream", null)).rejects.toThrow("has ended here as well");
    expect(endGrant).toHaveBeenCalledOnce();
  });

  it("says to try again when it was replaced while the call was under way", async () => {
    const { tokens } = tokensOf(token(), false);
    tokens.taken?.(api, "upstream");
    await expect(tokens.refused(api, "upstream", null)).rejects.toThrow("was renewed while this");
  });
});

describe("the token that no API has taken", () => {
  it.each([
    ["never", async () => undefined],
    ["by another API", async (tokens: TokenSource) => tokens.taken?.(other, "upstream")],
    ["another one than this", async (tokens: TokenSource) => tokens.taken?.(api, "before")],
  ])("%s, ends nothing, and the operator reads what the API said", async (_name, before) => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    const { tokens, endGrant } = tokensOf(token());
    await before(tokens);
    const challenge =
      'Bearer realm="orders", error="invalid_token", error_description="the audience of upstream"';
    for (let call = 0; call < 2; call++) {
      await expect(tokens.refused(api, "upstream", challenge)).rejects.toMatchObject({
        code: "upstream_misconfigured",
      });
    }
    expect(endGrant).not.toHaveBeenCalled();
    const facts = { challenge: "Bearer", error: "invalid_token", realm: "orders" };
    expect(log.mock.calls).toEqual([
      [{ event: "upstream_token_not_taken", api: "cloudflare", ...facts }],
    ]);
  });
});
