import { listDurableObjectIds, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { grantIdOf, grantKey } from "../../src/engine/grants/grant-id";
import {
  authorize,
  connect,
  exchangeCode,
  REDIRECT_URI,
  register,
  request,
  type Tokens,
  tokenRequest,
  tokensSchema,
} from "./as-client.ts";
import { aroundWrites, grantOf, refresh, restart, rowsOf } from "./grants.ts";
import { initialize, post } from "./mcp-client.ts";
import { TEST_ORIGIN } from "./origin.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

type Connected = Awaited<ReturnType<typeof connect>>;

/** Refreshes, which must work, and gives the tokens that came of it. */
async function refreshed(tokens: Connected): Promise<Connected> {
  const response = await refresh(tokens);
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return { ...tokensSchema.parse(await response.json()), clientId: tokens.clientId };
}

async function errorOf(response: Response): Promise<string> {
  return (await response.json<{ error: string }>()).error;
}

const works = async ({ access_token }: Pick<Tokens, "access_token">) =>
  (await post(access_token, initialize())).response.status === 200;

/** Lets so much time pass, as far as the clock tells. */
function pass(ms: number): void {
  const now = Date.now() + ms;
  vi.useFakeTimers({ now, toFake: ["Date"] });
}

describe("refreshes of one token at once", () => {
  it("all get the same tokens, and the grant lives", async () => {
    const tokens = await connect();
    const answers = await Promise.all(Array.from({ length: 8 }, () => refreshed(tokens)));
    expect(new Set(answers.map(({ access_token }) => access_token)).size).toBe(1);
    const [answer = tokens] = answers;
    expect(answer.refresh_token).not.toBe(tokens.refresh_token);
    expect(await works(answer)).toBe(true);
    expect(await works(await refreshed(answer))).toBe(true);
  });

  it("get it from two clients: the right one is answered, the other one ends nothing", async () => {
    const tokens = await connect();
    const other = await register();
    const [right, wrong] = await Promise.all([
      refresh(tokens),
      refresh({ ...tokens, clientId: other }),
    ]);
    expect([right.status, wrong.status]).toEqual([200, 400]);
    const answer = { ...tokensSchema.parse(await right.json()), clientId: tokens.clientId };
    expect((await refreshed(answer)).refresh_token).not.toBe(answer.refresh_token);
  });

  it("leave the person's other grants alone, of the same client and of others", async () => {
    const clientId = await register();
    const first = await connect({ clientId });
    const second = await connect({ clientId });
    const other = await connect();
    const bob = await connect({ person: "bob", clientId });
    await Promise.all([refreshed(first), refreshed(first), refreshed(bob)]);
    expect(await works(second)).toBe(true);
    expect(await works(await refreshed(second))).toBe(true);
    expect(await works(await refreshed(other))).toBe(true);
  });
});

describe("a refresh whose answer was lost", () => {
  it("is repeated within a minute, and gets the very same answer", async () => {
    const tokens = await connect();
    const first = await refresh(tokens);
    pass(59_000);
    const again = await refresh(tokens);
    expect(await again.text()).toBe(await first.text());
    expect(again.headers.get("cache-control")).toBe(first.headers.get("cache-control"));
  });

  it("is repeated later, as long as nobody has used what it brought", async () => {
    const tokens = await connect();
    const lost = await refreshed(tokens);
    pass(61_000);
    const answer = await refreshed(tokens);
    expect(answer.refresh_token).not.toBe(lost.refresh_token);
    expect(await works(await refreshed(answer))).toBe(true);
  });

  it("is repeated after the object was replaced", async () => {
    const tokens = await connect();
    const first = await refreshed(tokens);
    await restart(grantOf(tokens));
    expect(await refreshed(tokens)).toEqual(first);
  });

  it("counts from the successor on: two copies of a client go on side by side", async () => {
    const start = await connect();
    const one = await refreshed(start);
    const two = await refreshed(start);
    expect(await refreshed(one)).toEqual(await refreshed(two));
  });
});

describe("the object goes away in the middle of a refresh", () => {
  // Before, between and after its writes to KV: the repeat finds the grant in each state.
  it.each([0, 1, 2])("after %i writes, and the refresh can be repeated", async (writes) => {
    const tokens = await connect();
    let done = 0;
    await aroundWrites(grantOf(tokens), async (write, { state }) => {
      if (writes > done) await write();
      if (++done < writes) return;
      state.abort("replaced");
      await new Promise(() => undefined);
    });
    expect((await refresh(tokens)).status).toBe(503);
    const answer = await refreshed(tokens);
    expect(await works(answer)).toBe(true);
    expect(await works(await refreshed(answer))).toBe(true);
  });
});

describe("a refresh token whose successor was used", () => {
  async function replayed(): Promise<{ stolen: Connected; current: Connected }> {
    const stolen = await connect();
    const current = await refreshed(await refreshed(stolen));
    pass(61_000);
    return { stolen, current };
  }

  it("ends the whole grant when it comes again (RFC 9700, section 4.14.2)", async () => {
    const logged = vi.spyOn(console, "warn");
    const { stolen, current } = await replayed();
    expect(await errorOf(await refresh(stolen))).toBe("invalid_grant");
    expect(await errorOf(await refresh(current))).toBe("invalid_grant");
    expect(await works(current)).toBe(false);
    const { grantId } = grantIdOf(stolen.refresh_token) ?? {};
    const { clientId } = stolen;
    expect(logged.mock.calls).toContainEqual([
      { event: "refresh_token_replayed", grantId, clientId },
    ]);
  });

  it("is refused to another client, and ends nothing", async () => {
    const { stolen, current } = await replayed();
    const response = await refresh({ ...stolen, clientId: await register() });
    expect(await errorOf(response)).toBe("invalid_grant");
    expect(await works(await refreshed(current))).toBe(true);
  });

  it("is remembered over a restart of the object", async () => {
    const { stolen, current } = await replayed();
    await restart(grantOf(stolen));
    await refresh(stolen);
    expect(await errorOf(await refresh(current))).toBe("invalid_grant");
  });

  it("is noticed as well when the thief was faster than the person's client", async () => {
    const stolen = await connect();
    const lost = await refreshed(stolen);
    pass(61_000);
    const thief = await refreshed(stolen);
    expect(await errorOf(await refresh(lost))).toBe("invalid_grant");
    expect(await errorOf(await refresh(thief))).toBe("invalid_grant");
  });
});

describe("a made-up refresh token", () => {
  const made = (tokens: Connected, secret: string) => {
    const [userId, grantId] = tokens.refresh_token.split(":");
    return { ...tokens, refresh_token: `${userId}:${grantId}:${secret}` };
  };

  it("of a grant that there is ends nothing, and takes no turn", async () => {
    const tokens = await connect();
    await refreshed(tokens);
    for (const secret of ["x".repeat(32), "", "short", "x".repeat(10_000)]) {
      expect(await errorOf(await refresh(made(tokens, secret)))).toBe("invalid_grant");
    }
    expect((await refresh(tokens)).status).toBe(200);
  });

  it("of no grant makes no object", async () => {
    const token = `${"u".repeat(32)}:${"g".repeat(16)}:${"s".repeat(32)}`;
    const tokens = { refresh_token: token, clientId: await register() };
    expect(await errorOf(await refresh(tokens))).toBe("invalid_grant");
    const objects = await listDurableObjectIds(env.GRANT);
    expect(objects.map(String)).not.toContain(String(grantOf(tokens).id));
  });

  it("that is too long to be a request is refused with 413", async () => {
    const tokens = await connect();
    expect((await refresh(made(tokens, "x".repeat(70_000)))).status).toBe(413);
  });
});

describe("a client that has a secret", () => {
  async function connectConfidential() {
    const response = await request("/oauth/register", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        client_name: "Confidential",
        redirect_uris: [REDIRECT_URI],
        grant_types: ["authorization_code", "refresh_token"],
        token_endpoint_auth_method: "client_secret_basic",
      }),
    });
    const client = await response.json<{ client_id: string; client_secret: string }>();
    const authorization = await authorize({ clientId: client.client_id });
    const basic = `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}`;
    const send = (body: Record<string, string>, header = basic) =>
      request("/oauth/token", {
        method: "POST",
        headers: { authorization: header },
        body: new URLSearchParams(body),
      });
    const tokens = await send({
      grant_type: "authorization_code",
      code: authorization.code,
      redirect_uri: REDIRECT_URI,
      code_verifier: authorization.verifier,
    });
    const { refresh_token } = tokensSchema.parse(await tokens.json());
    const refreshAs = (header?: string) =>
      send({ grant_type: "refresh_token", refresh_token }, header);
    return { client, refreshAs };
  }

  it("proves it for a repeat as well", async () => {
    const { client, refreshAs } = await connectConfidential();
    const first = await refreshAs();
    expect(first.status).toBe(200);
    expect((await refreshAs(`Basic ${btoa(`${client.client_id}:wrong`)}`)).status).toBe(401);
    expect(await (await refreshAs()).text()).toBe(await first.text());
  });
});

describe("a grant that has ended", () => {
  it.each([
    [
      "by RFC 7009",
      (t: Connected) => tokenRequest({ token: t.refresh_token, client_id: t.clientId }),
    ],
    ["by its object", (t: Connected) => grantOf(t).end(TEST_ORIGIN)],
  ])("%s stays so, also for the answer that was kept", async (_name, end) => {
    const tokens = await connect();
    const answer = await refreshed(tokens);
    await end(tokens.clientId === answer.clientId ? answer : tokens);
    expect(await grantOf(tokens).isEnded()).toBe(true);
    for (const each of [tokens, answer]) {
      expect(await errorOf(await refresh(each))).toBe("invalid_grant");
      expect(await works(each)).toBe(false);
    }
  });

  it("is not brought back by a refresh that is under way", async () => {
    const tokens = await connect();
    await aroundWrites(grantOf(tokens), async (write, { object }) => {
      await object.end(TEST_ORIGIN);
      await write();
    });
    expect(await errorOf(await refresh(tokens))).toBe("invalid_grant");
    expect(await env.OAUTH_KV.get(grantKey(grantIdOf(tokens.refresh_token) ?? never()))).toBeNull();
    const { keys } = await env.OAUTH_KV.list({
      prefix: `token:${tokens.refresh_token.slice(0, 49)}`,
    });
    expect(keys).toEqual([]);
  });

  it("leaves a note of its end, and nothing once its last token is over", async () => {
    const tokens = await connect();
    const grant = grantOf(tokens);
    await grant.end(TEST_ORIGIN);
    expect([...(await rowsOf(grant)).keys()]).toEqual(["ended"]);
    pass(3_700_000);
    expect(await runDurableObjectAlarm(grant)).toBe(true);
    expect((await rowsOf(grant)).size).toBe(0);
    expect(await grant.isEnded()).toBe(true);
  });

  it("is over for its object 30 days after its last use", async () => {
    const tokens = await connect();
    const grant = grantOf(tokens);
    pass(30 * 86_400_000 + 1_000);
    await runDurableObjectAlarm(grant);
    expect((await rowsOf(grant)).size).toBe(0);
  });
});

describe("what a grant's object stores", () => {
  it("cannot be read by who reads it, and is less after a minute", async () => {
    const tokens = await connect();
    const grant = grantOf(tokens);
    const answer = await refreshed(tokens);
    const secretOf = (token: string) => token.split(":")[2] ?? "";
    const written = JSON.stringify([...(await rowsOf(grant))], (_key, value: unknown) =>
      value instanceof Map
        ? [...value]
        : value instanceof ArrayBuffer
          ? new TextDecoder().decode(value)
          : value,
    );
    for (const token of [tokens.refresh_token, answer.refresh_token, answer.access_token]) {
      expect(written).not.toContain(secretOf(token));
    }
    expect(written).not.toMatch(/alice|example\.com/i);
    pass(61_000);
    await runDurableObjectAlarm(grant);
    expect((await rowsOf(grant)).get("answers")).toEqual(new Map());
  });
});

describe("a grant with fewer scopes than before", () => {
  it("gives no token with more, and takes back those that had", async () => {
    const tokens = await refreshed(await connect());
    await grantOf(tokens).narrow(["notes:read"]);
    expect(await works(tokens)).toBe(false);
    const narrowed = await refreshed(tokens);
    expect(narrowed.scope).toBe("notes:read");
    expect(await works(narrowed)).toBe(true);
  });

  it("cannot get more than it had", async () => {
    const tokens = await connect({ change: { scope: "notes:read" } });
    await grantOf(tokens).narrow(["notes:read", "notes:write"]);
    expect((await refreshed(tokens)).scope).toBe("notes:read");
  });
});

it("a code is exchanged in the grant's object as well, once", async () => {
  const authorization = await authorize();
  const answers = await Promise.all([exchangeCode(authorization), exchangeCode(authorization)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
});

function never(): never {
  throw new TypeError("There is no grant");
}
