import { beforeEach, describe, expect, it } from "vitest";
import { PersonsBrowser, signedIn } from "../worker/as-person.ts";
import { clientOf, failureOf, follow, linkFor, linkIn, sessionOf, startAfresh } from "./service.ts";

beforeEach(startAfresh);

describe("a call that needs a service", () => {
  it("names the address to a client that opens none, and goes on once the service is connected", async () => {
    const { access_token } = await clientOf("alice");
    const session = await sessionOf(access_token);
    const { code, text } = failureOf(await session.call("tracker_me"));
    expect(code).toBe("connection_required");
    const shown = await follow(await signedIn("alice"), linkIn(text), "alice");
    expect(shown.page.heading).toBe("Tracker is connected");
    expect(await session.use("tracker_me")).toEqual({ person: "alice" });
  });

  it("brings a person who is not signed in back to the link", async () => {
    const { access_token } = await clientOf("bob");
    const link = await linkFor(access_token);
    const browser = new PersonsBrowser();
    expect((await browser.open(link)).page.heading).toBe("Sign in to connect Tracker");
    expect((await browser.signIn("bob")).page.heading).toBe("Connect Tracker?");
  });
});
