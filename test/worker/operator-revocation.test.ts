import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { connect } from "./as-client.ts";
import { gatehouseWith } from "./gatehouse-with.ts";
import { grantOf } from "./grants.ts";
import { Session } from "./mcp-client.ts";
import { TEST_ORIGIN } from "./origin.ts";

const OPERATOR_SECRET = "an-operators-secret-of-enough-characters";
const gatehouse = () => gatehouseWith({ OPERATOR_SECRET });

function revoke(body: unknown, secret = OPERATOR_SECRET, server = gatehouse()): Promise<Response> {
  return server(`${TEST_ORIGIN}/operator/revoke`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

const idsOf = ({ refresh_token }: { refresh_token: string }) => {
  const [userId = "", grantId = ""] = refresh_token.split(":");
  return { userId, grantId };
};

describe("the operator", () => {
  it("ends one grant of a person, and its session, at once", async () => {
    const [ended, other] = [await connect({ person: "bob" }), await connect({ person: "bob" })];
    const session = await Session.open(ended.access_token);
    const response = await revoke(idsOf(ended));
    expect(await response.json()).toEqual({ ended: [idsOf(ended).grantId], failed: [] });
    expect((await session.call("whoami")).response.status).not.toBe(200);
    expect(await grantOf(ended).isEnded()).toBe(true);
    expect(await grantOf(other).isEnded()).toBe(false);
  });

  it("ends all grants of a person, and nobody else's", async () => {
    const bobs = [await connect({ person: "bob" }), await connect({ person: "bob" })];
    const alice = await connect({ person: "alice" });
    const { userId } = idsOf(bobs[0] ?? alice);
    const { ended } = await (await revoke({ userId })).json<{ ended: string[] }>();
    expect(ended).toEqual(expect.arrayContaining(bobs.map((tokens) => idsOf(tokens).grantId)));
    expect(await grantOf(alice).isEnded()).toBe(false);
    expect(await (await revoke({ userId })).json()).toEqual({ ended: [], failed: [] });
  });

  it("erases what is kept for a person with their grants, and nothing of others", async () => {
    const alice = await connect();
    const bob = await connect({ person: "bob" });
    for (const { access_token } of [alice, bob]) {
      await (await Session.open(access_token)).use("save_note", { text: "personal" });
    }
    const { userId } = idsOf(alice);
    const answer = await (await revoke({ userId, erase: true })).json();
    expect(answer).toMatchObject({ failed: [], erased: expect.any(Number) });
    const count = async (id: string | undefined) =>
      (await env.DB.prepare("SELECT id FROM person_records WHERE user_id = ?1").bind(id).all())
        .results.length;
    expect(await count(userId)).toBe(0);
    expect(await count(idsOf(bob).userId)).toBeGreaterThan(0);
    expect((await revoke({ ...idsOf(bob), erase: true })).status).toBe(400);
  });

  it("is nobody without the secret, and where there is none", async () => {
    const logged = vi.spyOn(console, "warn");
    const tokens = await connect();
    for (const secret of ["wrong", "", `${OPERATOR_SECRET}x`]) {
      expect((await revoke(idsOf(tokens), secret)).status).toBe(401);
    }
    expect((await revoke(idsOf(tokens), OPERATOR_SECRET, gatehouseWith({}))).status).toBe(404);
    expect(await grantOf(tokens).isEnded()).toBe(false);
    expect(JSON.stringify(logged.mock.calls)).not.toContain(OPERATOR_SECRET);
  });

  it.each([
    ["no JSON", "userId"],
    ["nobody", {}],
    ["something else", { userId: "../../x" }],
    ["too much", "x".repeat(5_000)],
    ["a grant that is none", { userId: "u".repeat(32), grantId: "*" }],
  ])("is told when the request names %s", async (_name, body) => {
    const response = await revoke(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: "invalid_request" });
  });

  it("sends a POST", async () => {
    const response = await gatehouse()(`${TEST_ORIGIN}/operator/revoke`);
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
  });
});
