import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { LinkRows } from "../../src/engine/linked/link-rows";
import { request } from "../worker/as-client.ts";
import { signedIn } from "../worker/as-person.ts";
import { allStored, type EventOf, stored, theStored } from "../worker/audited.ts";
import { minutes, pass } from "../worker/browser-sign-in.ts";
import {
  clientOf,
  connected,
  failureOf,
  faults,
  follow,
  linkFor,
  seenAt,
  sessionOf,
  startAfresh,
} from "./service.ts";

beforeEach(startAfresh);
afterEach(() => vi.useRealTimers());

const userIdOf = ({ access_token }: { access_token: string }) => access_token.split(":")[0] ?? "";
const linkOf = (client: { access_token: string }) =>
  env.SERVICE_LINK.getByName(`${userIdOf(client)}:tracker`);

describe("a token that has run out", () => {
  it("is renewed once, however many calls find it so, and none is lost", async () => {
    const client = await connected("alice");
    const session = await sessionOf(client.access_token);
    const rounds = 4;
    for (let round = 1; round <= rounds; round++) {
      pass(minutes(12));
      const calls = Array.from({ length: 50 }, () => session.use("tracker_me"));
      expect(new Set((await Promise.all(calls)).map(({ person }) => person))).toEqual(
        new Set(["alice"]),
      );
    }
    // The code was before: a grant for each round.
    expect((await seenAt("tracker")).grants.slice(1)).toHaveLength(rounds);
  });

  it("stays in use while it can when the service does not renew it, and then the call fails", async () => {
    const client = await connected("alice");
    const session = await sessionOf(client.access_token);
    await faults("tracker", { token: "nonsense" });
    pass(minutes(9.5));
    expect(await session.use("tracker_me")).toEqual({ person: "alice" });
    pass(minutes(1));
    expect(failureOf(await session.call("tracker_me")).code).toBe("upstream_unavailable");
    await faults("tracker");
    expect(await session.use("tracker_me")).toEqual({ person: "alice" });
  });

  // GitHub has a code of its own for that.
  it.each(["invalid_grant", "bad_refresh_token"])(
    "asks the person again when the service has ended it (%s), and the grant stays",
    async (token) => {
      const client = await connected("alice");
      const session = await sessionOf(client.access_token);
      await faults("tracker", { token });
      pass(minutes(12));
      expect(failureOf(await session.call("tracker_me")).code).toBe("connection_required");
      await faults("tracker");
      expect(failureOf(await session.call("tracker_me")).code).toBe("connection_required");
      expect((await session.request("tools/list")).error).toBeUndefined();
    },
  );

  it("is not asked for again by another instance of the object while an answer is on its way", async () => {
    const client = await connected("alice");
    const session = await sessionOf(client.access_token);
    pass(minutes(12));
    // As a crash leaves it: somebody has been asked, and nobody here knows.
    await runInDurableObject(linkOf(client), (_object, { storage }) => {
      storage.kv.put("renewalBeganAtMs", Date.now());
    });
    const call = session.use("tracker_me");
    const { id, tokens } = await runInDurableObject(linkOf(client), async (object, { storage }) => {
      const link = storage.kv.get<{ id: string }>("link");
      return { id: link?.id ?? "", tokens: await tokensIn(object) };
    });
    await linkOf(client).settle(id, { ...tokens, expiresAtSeconds: Date.now() / 1_000 + 600 });
    expect(await call).toEqual({ person: "alice" });
    expect((await seenAt("tracker")).grants).toHaveLength(1);
  });
});

const objectSchema = z.object({ ctx: z.custom<DurableObjectState>() });

/** What the object reads of its own row. */
async function tokensIn(object: object) {
  const { ctx } = objectSchema.parse({ ctx: Reflect.get(object, "ctx") });
  const secret = "only-for-tests-and-long-enough-to-be-taken";
  const rows = new LinkRows(ctx.storage, secret, ctx.id.name ?? "");
  const tokens = rows.link && (await rows.tokensOf(rows.link));
  if (tokens === undefined) throw new Error("No tokens");
  return tokens;
}

describe("the audit", () => {
  const ofTracker = (client: { access_token: string }) => {
    const userId = userIdOf(client);
    return (event: { userId?: string | undefined; api: string }) =>
      event.userId === userId && event.api === "tracker";
  };
  const last = <Event>(events: readonly Event[]) => events.at(-1);

  it("has who connected what for which client, and that the person ended it", async () => {
    const { clientId, browser, ...client } = await connected("bob");
    const isConnected = (event: EventOf<"service_connected">) =>
      ofTracker(client)(event) && event.clientId === clientId;
    expect(await theStored("service_connected", isConnected)).toMatchObject({
      isNew: true,
      scopes: ["openid", "issues:read"],
    });
    const isNew = await newFromNow();
    const shown = await browser.open("/connections");
    await browser.submit(shown, "/connections/services/tracker/end");
    const event = await theStored(
      "service_disconnected",
      (one) => ofTracker(client)(one) && isNew(one) && one.by === "person",
    );
    expect(event.scopes).toEqual(["openid", "issues:read"]);
  });

  it("has that a service did not renew, and why a connection ended by itself", async () => {
    const client = await connected("bob");
    const session = await sessionOf(client.access_token);
    const isNew = await newFromNow();
    await faults("tracker", { token: "down" });
    pass(minutes(12));
    await session.call("tracker_me");
    await faults("tracker", { token: "invalid_grant" });
    await session.call("tracker_me");
    const fits = (event: { id: string; userId?: string | undefined; api: string }) =>
      ofTracker(client)(event) && isNew(event);
    const failed = await stored("service_renewal_failed", fits, 2);
    expect(failed.map(({ outcome }) => outcome)).toEqual(["unavailable", "ended"]);
    expect(last(await stored("service_disconnected", fits))?.by).toBe("service");
  });

  it("has that an API refused what was connected, which the log has with what it said", async () => {
    const log = vi.spyOn(console, "warn");
    const client = await connected("bob");
    const session = await sessionOf(client.access_token);
    const isNew = await newFromNow();
    await faults("tracker", { api: "refuses" });
    await session.call("tracker_me");
    const event = await theStored(
      "service_disconnected",
      (one) => ofTracker(client)(one) && isNew(one),
    );
    expect(event.by).toBe("api");
    const said = { challenge: "Bearer", error: "invalid_token" };
    expect(log).toHaveBeenCalledWith({ event: "service_token_refused", api: "tracker", ...said });
    log.mockRestore();
  });

  /** Tells events that are stored from now on from those before. */
  async function newFromNow(): Promise<(event: { id: string }) => boolean> {
    const known = new Set((await allStored()).map(({ id }) => id));
    return ({ id }) => !known.has(id);
  }
});

it("tokens that are too large to be sent are not kept, and the log says so", async () => {
  const log = vi.spyOn(console, "error");
  const { access_token } = await clientOf("alice");
  await faults("tracker", { token: "huge" });
  const shown = await follow(await signedIn("alice"), await linkFor(access_token), "alice");
  expect(shown.page.heading).toBe("Tracker is not connected");
  expect(log).toHaveBeenCalledWith(
    expect.objectContaining({
      ...{ event: "service_failed", api: "tracker", expected: "at most 16384 characters" },
    }),
  );
  log.mockRestore();
});

describe("an API that answers 401", () => {
  it("has the token renewed once, then ends the connection and nothing else", async () => {
    const client = await connected("alice");
    await connectedCalendar(client);
    const session = await sessionOf(client.access_token);
    await faults("tracker", { api: "refuses" });
    expect(failureOf(await session.call("tracker_me")).code).toBe("connection_required");
    const { grants, tokens } = await seenAt("tracker");
    expect(grants).toHaveLength(1);
    expect(new Set(tokens).size).toBe(2);
    // The grant, its session and the other connection go on.
    expect(await session.use("calendar_me")).toEqual({ person: "alice" });
    const list = { jsonrpc: "2.0", id: 9, method: "tools/list" };
    expect((await session.send(list)).response.status).toBe(200);
  });

  it("costs no connection when the renewed token is taken", async () => {
    const client = await connected("alice");
    const session = await sessionOf(client.access_token);
    const { refreshToken, ...tokens } = await runInDurableObject(linkOf(client), tokensIn);
    const { id } = await runInDurableObject(linkOf(client), (_object, { storage }) => ({
      id: storage.kv.get<{ id: string }>("link")?.id ?? "",
    }));
    // A token that the service does not know: one that was revoked there.
    await linkOf(client).settle(id, {
      ...tokens,
      accessToken: "revoked",
      ...(refreshToken !== undefined && { refreshToken }),
    });
    const calls = Array.from({ length: 50 }, () => session.use("tracker_me"));
    expect(new Set((await Promise.all(calls)).map(({ person }) => person))).toEqual(
      new Set(["alice"]),
    );
    expect((await seenAt("tracker")).grants.slice(1)).toHaveLength(1);
  });
});

/** Connects the other service for the same client. */
async function connectedCalendar({ access_token }: { access_token: string }) {
  await follow(await signedIn("alice"), await linkFor(access_token, "calendar_me"), "alice");
}

it("two people, two services: each API sees its own tokens, of the person who calls", async () => {
  const table = [
    { person: "alice", there: "alice", api: "tracker", tool: "tracker_me" },
    { person: "alice", there: "bob", api: "calendar", tool: "calendar_me" },
    { person: "bob", there: "bob", api: "tracker", tool: "tracker_me" },
    { person: "bob", there: "alice", api: "calendar", tool: "calendar_me" },
  ] as const;
  const clients = [];
  for (const row of table) {
    clients.push({ ...row, ...(await connected(row.person, row.there, row.tool)) });
  }
  await faults("tracker");
  await faults("calendar");
  await Promise.all(
    clients.map(async ({ access_token, tool, there }) => {
      const session = await sessionOf(access_token);
      expect(await session.use(tool)).toEqual({ person: there });
    }),
  );
  const [tracker, calendar] = [await seenAt("tracker"), await seenAt("calendar")];
  const all = [...tracker.tokens, ...calendar.tokens];
  expect([tracker.tokens.length, calendar.tokens.length]).toEqual([2, 2]);
  expect(new Set(all).size).toBe(4);
  for (const { access_token } of clients) expect(all).not.toContain(access_token);
});

it("a client cannot use what its person connected for another", async () => {
  await connected("alice");
  const { access_token } = await clientOf("alice");
  await faults("tracker");
  const session = await sessionOf(access_token);
  expect(failureOf(await session.call("tracker_me")).code).toBe("connection_required");
  expect((await seenAt("tracker")).tokens).toEqual([]);
});

describe("what is stored", () => {
  it("cannot be read without the secret, nor in another person's object", async () => {
    const client = await connected("alice");
    const tokens = await runInDurableObject(linkOf(client), tokensIn);
    await runInDurableObject(linkOf(client), async (_object, { storage }) => {
      const rows = [...storage.kv.list()];
      const bytes = JSON.stringify(rows, (_key, value: unknown) =>
        value instanceof ArrayBuffer ? new TextDecoder("latin1").decode(value) : value,
      );
      expect(bytes).not.toContain(tokens.accessToken);
      expect(bytes).not.toContain(tokens.refreshToken);
      const secret = "only-for-tests-and-long-enough-to-be-taken";
      for (const [key, owner] of [
        [secret, "bob:tracker"],
        ["another secret of thirty-two characters", `${userIdOf(client)}:tracker`],
      ] as const) {
        const other = new LinkRows(storage, key, owner);
        expect(other.link && (await other.tokensOf(other.link))).toBeUndefined();
      }
    });
  });
});

describe("at /connections", () => {
  it("a service is seen, and its end is revoked at the service", async () => {
    const { browser, access_token } = await connected("alice");
    const shown = await browser.open("/connections");
    expect(shown.page.text).toContain("Services that you connected");
    expect(shown.page.text).toContain("Read your issues");
    const ended = await browser.submit(shown, "/connections/services/tracker/end");
    expect(ended.page.text).toContain("Tracker is no longer connected, and has ended the access");
    expect((await seenAt("tracker")).revocations).toBe(1);
    const session = await sessionOf(access_token);
    expect(failureOf(await session.call("tracker_me")).code).toBe("connection_required");
  });

  it("it ends here also when the service cannot be asked", async () => {
    const { browser, access_token } = await connected("alice");
    await faults("tracker", { revocation: "down" });
    const shown = await browser.open("/connections");
    const ended = await browser.submit(shown, "/connections/services/tracker/end");
    expect(ended.page.text).toContain("do that in your settings there");
    const session = await sessionOf(access_token);
    expect(failureOf(await session.call("tracker_me")).code).toBe("connection_required");
  });

  it("another person's end does nothing to it", async () => {
    const { access_token } = await connected("alice");
    const bob = await connected("bob");
    const shown = await bob.browser.open("/connections");
    await bob.browser.submit(shown, "/connections/services/tracker/end");
    const session = await sessionOf(access_token);
    expect(await session.use("tracker_me")).toEqual({ person: "alice" });
  });

  it("needs the page's own proof", async () => {
    const response = await request("/connections/services/tracker/end", { method: "POST" });
    expect(response.status).toBe(403);
  });
});
