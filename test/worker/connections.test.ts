import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { grantIdOf, grantKey } from "../../src/engine/grants/grant-id";
import { connect, register, tokensSchema } from "./as-client.ts";
import { PersonsBrowser, type ShownPage, signedIn } from "./as-person.ts";
import { gatehouseWith } from "./gatehouse-with.ts";
import { putGrant, refresh } from "./grants.ts";
import { initialize, post } from "./mcp-client.ts";

type Connected = Awaited<ReturnType<typeof connected>>;

/** Connects a client of this name for a person. `path` is that of the connection's page. */
async function connected(person: "alice" | "bob", client_name = "An app") {
  const tokens = await connect({ person, clientId: await register({ client_name }) });
  const grant = grantIdOf(tokens.refresh_token);
  if (grant === undefined) throw new TypeError("This is no token of ours");
  return { ...tokens, grant, path: `/connections/${grant.grantId}` };
}

/** Whether a client's access token still does anything. */
async function works(token: string): Promise<boolean> {
  const { response } = await post(token, initialize());
  return response.status === 200;
}

/** Whether a client's connection goes on: with the token that it has, and with a new one. */
async function goesOn({ access_token, ...tokens }: Connected): Promise<[boolean, boolean]> {
  return [await works(access_token), (await refresh(tokens)).status === 200];
}

const outcomes = { goesOn: [true, true], hasEnded: [false, false] };

/** The boxes of a connection's page, as they are ticked beforehand. */
function scopesIn({ page }: ShownPage): string[] {
  return page.forms.flatMap(({ checkboxes }) => checkboxes.map(({ value }) => value));
}

describe("a person's list", () => {
  it("is empty for who connected nothing", async () => {
    const bob = await signedIn("bob");
    const { page } = await bob.open("/connections");
    expect(page.text).toContain("No app can use Gatehouse for you.");
    expect((await bob.open("/connections/end-all")).address.pathname).toBe("/connections");
  });

  it("has what they connected, and nothing of others", async () => {
    await connected("alice", "Of Alice");
    await connected("bob", "Of Bob");
    const { page } = await (await signedIn("alice")).open("/connections");
    expect(page.text).toContain(
      "Of Alice It named itself Connected less than a minute ago , last used in the last hour It may: Add numbers; ",
    );
    expect(page.text).toContain("Signed in as Alice Example with the test provider.");
    expect(page.text).not.toContain("Bob");
  });
});

describe("the page of a connection", () => {
  it("tells what is known of the app, and what it may do", async () => {
    const { path } = await connected("alice", "Notes Helper");
    const shown = await (await signedIn("alice")).open(path);
    expect(shown.page.heading).toBe("“ Notes Helper ”");
    expect(shown.page.text).toContain("Not verified This app named itself");
    expect(shown.page.text).toContain("Access goes to localhost An app on this computer.");
    expect(shown.page.text).toContain("Read your notes");
    expect(scopesIn(shown)).toContain("notes:read");
  });

  it("names the domain of a client that published its name", async () => {
    await putGrant("alice", "published-------", {
      clientId: "https://app.example/client.json",
      redirectUri: "cursor://anysphere.cursor-mcp/oauth/callback",
      metadata: { clientName: "Published" },
    });
    const { page } = await (await signedIn("alice")).open("/connections/published-------");
    expect(page.text).toContain("Verified domain Published by app.example");
    expect(page.text).toContain("Access goes to cursor://anysphere.cursor-mcp The app on this");
  });

  it("shows a name as text, and a client that nothing else is known of by its id", async () => {
    const hostile = "<script>alert(1)</script>\u202E";
    await putGrant("alice", "hostile---------", { metadata: { clientName: hostile } });
    await putGrant("alice", "nameless--------", { clientId: "known-by-id", metadata: {} });
    const alice = await signedIn("alice");
    expect((await alice.open("/connections/hostile---------")).page.heading).toContain(
      "<script>alert(1)</script>\uFFFD",
    );
    expect((await alice.open("/connections/nameless--------")).page.heading).toContain(
      "known-by-id",
    );
  });

  it.each(["0000000000000000", "x", "end", "..%2f..%2fadmin", "a:b", "sign-out/x"])(
    "is not there for /connections/%s",
    async (id) => {
      const { status, page } = await (await signedIn("alice")).open(`/connections/${id}`);
      expect([status, page.heading]).toEqual([404, "This app is not connected"]);
    },
  );

  it("is not there for anybody else, and nothing there does anything", async () => {
    const ofBob = await connected("bob");
    const alice = await signedIn("alice");
    const ofAlice = await connected("alice");
    const own = await alice.open(ofAlice.path);
    expect((await alice.open(ofBob.path)).status).toBe(404);
    // The forms of her own page, with the other's id in their address.
    for (const form of own.page.forms) {
      const { pathname } = form.action;
      Object.assign(form, {
        action: new URL(pathname.replace(ofAlice.path, ofBob.path), form.action),
      });
      const answer = await alice.submit(own, form.action.pathname, { tick: ["op:add"] });
      expect([form.action.pathname, answer.status]).toEqual([form.action.pathname, 404]);
    }
    expect(await goesOn(ofBob)).toEqual(outcomes.goesOn);
    expect(await goesOn(ofAlice)).toEqual(outcomes.goesOn);
  }, 20_000);
});

describe("ending a connection", () => {
  it("stops its client at once, and no other", async () => {
    const [ended, other] = [await connected("alice", "To end"), await connected("alice", "Other")];
    const alice = await signedIn("alice");
    const after = await alice.submit(await alice.open(ended.path), `${ended.path}/end`);
    expect(after.address.pathname).toBe("/connections");
    expect(after.page.text).toContain("“ To end ” is no longer connected.");
    expect(after.page.text).toContain("Other");
    expect(await goesOn(ended)).toEqual(outcomes.hasEnded);
    expect(await goesOn(other)).toEqual(outcomes.goesOn);
    expect((await alice.open(ended.path)).status).toBe(404);
  });

  it("again, from a page that was still open, says that it has ended", async () => {
    const { path } = await connected("alice");
    const alice = await signedIn("alice");
    const [tab, otherTab] = [await alice.open(path), await alice.open(path)];
    await alice.submit(tab, `${path}/end`);
    for (const action of [`${path}/end`, `${path}/scopes`]) {
      const { status, page } = await alice.submit(otherTab, action);
      expect([status, page.heading]).toEqual([404, "This app is not connected"]);
    }
  });

  it("says so of a client with a name of any length", async () => {
    const { path } = await connected("alice", "\u{1F3F0}".repeat(100));
    const alice = await signedIn("alice");
    const after = await alice.submit(await alice.open(path), `${path}/end`);
    expect(after.page.text).toMatch(/“ \u{1F3F0}{39}… ” is no longer connected\./u);
    expect(after.address.href.length).toBeLessThan(2_000);
  });

  it("holds although KV still shows the grant, as it may for a minute", async () => {
    const { path, grant } = await connected("alice", "Shown by KV");
    const stale = await env.OAUTH_KV.get(grantKey(grant));
    const alice = await signedIn("alice");
    await alice.submit(await alice.open(path), `${path}/end`);
    await env.OAUTH_KV.put(grantKey(grant), stale ?? "");
    expect((await alice.open("/connections")).page.text).not.toContain("Shown by KV");
    expect((await alice.open(path)).status).toBe(404);
  });

  it("of all asks first, and leaves other people's alone", async () => {
    const [one, two] = [await connected("alice"), await connected("alice")];
    const ofBob = await connected("bob");
    const alice = await signedIn("alice");
    const question = await alice.open("/connections/end-all");
    expect(await goesOn(one)).toEqual(outcomes.goesOn);
    const after = await alice.submit(question, "/connections/end-all");
    expect(after.page.text).toContain("No app is connected any more.");
    expect(await goesOn(one)).toEqual(outcomes.hasEnded);
    expect(await goesOn(two)).toEqual(outcomes.hasEnded);
    expect(await goesOn(ofBob)).toEqual(outcomes.goesOn);
  }, 20_000);
});

describe("narrowing a connection", () => {
  it("leaves what is ticked, from the next token on, and ends those that have more", async () => {
    const tokens = await connected("alice");
    const alice = await signedIn("alice");
    const tick = ["op:add", "notes:read"];
    const after = await alice.submit(await alice.open(tokens.path), `${tokens.path}/scopes`, {
      tick,
    });
    expect(after.address.pathname).toBe(tokens.path);
    expect(after.page.text).toContain("It may now do only what is ticked.");
    expect(scopesIn(after)).toEqual(tick);
    expect(await works(tokens.access_token)).toBe(false);
    const fresh = tokensSchema.parse(await (await refresh(tokens)).json());
    expect(fresh.scope.split(" ")).toEqual(tick);
    expect(await works(fresh.access_token)).toBe(true);
  });

  it("shows what is left although KV still shows more", async () => {
    const { path, grant } = await connected("alice");
    const before = await env.OAUTH_KV.get(grantKey(grant));
    const alice = await signedIn("alice");
    const after = await alice.submit(await alice.open(path), `${path}/scopes`, {
      tick: ["op:add"],
    });
    await env.OAUTH_KV.put(grantKey(grant), before ?? "");
    const again = await alice.open(after.address.href);
    expect(scopesIn(again)).toEqual(["op:add"]);
  });

  it("cannot add a scope", async () => {
    const tokens = await connected("alice");
    const alice = await signedIn("alice");
    const shown = await alice.open(tokens.path);
    const form = shown.page.forms.find(({ action }) => action.pathname.endsWith("/scopes"));
    Object.assign(form ?? {}, {
      checkboxes: ["op:add", "usage:read"].map((value) => ({
        name: "scope",
        value,
        checked: true,
      })),
    });
    expect(scopesIn(await alice.submit(shown, `${tokens.path}/scopes`))).toEqual(["op:add"]);
    const fresh = tokensSchema.parse(await (await refresh(tokens)).json());
    expect(fresh.scope).toBe("op:add");
  });

  it("with everything ticked changes nothing", async () => {
    const tokens = await connected("alice");
    const alice = await signedIn("alice");
    const after = await alice.submit(await alice.open(tokens.path), `${tokens.path}/scopes`);
    expect(after.page.text).toContain("Nothing was changed.");
    expect(await goesOn(tokens)).toEqual(outcomes.goesOn);
  });

  it("with nothing ticked asks whether to end it", async () => {
    const tokens = await connected("alice");
    const alice = await signedIn("alice");
    const question = await alice.submit(await alice.open(tokens.path), `${tokens.path}/scopes`, {
      tick: [],
    });
    expect(question.page.heading).toBe("End “ An app ”?");
    expect(await works(tokens.access_token)).toBe(true);
    await alice.submit(question, `${tokens.path}/end`);
    expect(await goesOn(tokens)).toEqual(outcomes.hasEnded);
  });
});

it("is there only where people sign in here", async () => {
  const elsewhere = gatehouseWith({ AUTH_MODE: "jwt", AS_ISSUER: "https://as.example" });
  for (const path of ["/connections", "/connections/sign-in", "/connections/end-all"]) {
    const { status } = await new PersonsBrowser(elsewhere).open(path);
    expect([path, status]).toEqual([path, 404]);
  }
});
