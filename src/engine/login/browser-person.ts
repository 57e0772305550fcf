import type { AuthRequest } from "@cloudflare/workers-oauth-provider";
import type { Context } from "hono";
import type { Identity, Principal } from "../identity/principal";
import { userIdOf } from "../identity/user-id";
import { freshSignIns } from "./fresh-sign-in";

/** The sessions of browsers (account/browser-session.ts). */
export type KeptSessions = {
  of(c: Context): Promise<{ readonly userId: string; readonly name: string } | undefined>;
  /** @returns the `Set-Cookie` that begins one. */
  begin(person: { userId: string; name: string }): Promise<string>;
};

/** Who is signed in in a browser, as far as one authorization request is concerned. */
export type BrowserPerson = {
  readonly userId: string;
  readonly name: string;
  /** All that the identity provider said, if they signed in for this very request; else they must do so again. */
  readonly identity?: Identity;
};

export type BrowserPeople = {
  of(c: Context, request: AuthRequest): Promise<BrowserPerson | undefined>;
  /** @returns the `Set-Cookie`s that remember who just signed in for this request. */
  keep(request: AuthRequest, person: Pick<Principal, "userId" | "identity">): Promise<string[]>;
  /** @returns the `Set-Cookie` that forgets that it was for this request. */
  forget(request: AuthRequest): Promise<string>;
};

/** @param secret SESSION_SECRET. */
export function browserPeople(sessions: KeptSessions, secret: string): BrowserPeople {
  const fresh = freshSignIns(secret);
  return {
    async of(c, request) {
      const session = await sessions.of(c);
      // Whoever signed out of the browser is not signed in for a request either.
      if (session === undefined) return undefined;
      const identity = await fresh.of(c, request);
      if (identity === undefined) return session;
      return { userId: await userIdOf(identity), name: nameOf(identity), identity };
    },
    async keep(request, { userId, identity }) {
      const cookies = [await sessions.begin({ userId, name: nameOf(identity) })];
      const cookie = await fresh.keep(request, identity);
      return cookie === undefined ? cookies : [...cookies, cookie];
    },
    forget: fresh.end,
  };
}

/** As a person knows which of their accounts it is. */
function nameOf({ name, email }: Identity): string {
  return name ?? email ?? "an account without a name";
}
