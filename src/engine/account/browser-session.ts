import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import * as z from "zod";
import { hostCookie } from "../lib/host-cookie";
import type { Signatures } from "../lib/signatures";

/** A person who signed in with their browser, to manage what they connected. */
export type BrowserSession = {
  readonly userId: string;
  /** Their name at the identity provider, so that they see which of their accounts it is. */
  readonly name: string;
  /** The cookie that proves it. Anything bound to the session is bound to this text. */
  readonly cookie: string;
};

/**
 * Keeps a person signed in with a cookie alone: nothing is stored here, so signing out deletes the
 * cookie but ends no copy of it.
 */
export type BrowserSessions = {
  /** The `Set-Cookie` that begins one. */
  begin(person: Pick<BrowserSession, "userId" | "name">): Promise<string>;
  /** The session that a request belongs to, or undefined when it is over or was not begun here. */
  of(c: Context): Promise<BrowserSession | undefined>;
  /** The `Set-Cookie` that ends it. */
  readonly end: string;
};

/** Long enough to manage connections; a stolen cookie is worth nothing after that. */
export const BROWSER_SESSION_SECONDS = 3_600;

const COOKIE = "gatehouse-session";
const PURPOSE = "browser session";
/** Names come from outside; a browser keeps 4096 bytes of a cookie. */
const MAX_NAME_LENGTH = 200;

const contentSchema = z.object({
  userId: z.string().min(1),
  name: z.string(),
  expiresAtSeconds: z.number(),
});

export function browserSessions({ sign, isSigned }: Signatures): BrowserSessions {
  return {
    async begin({ userId, name }) {
      const expiresAtSeconds = Math.floor(Date.now() / 1_000) + BROWSER_SESSION_SECONDS;
      const shortName = Array.from(name.toWellFormed()).slice(0, MAX_NAME_LENGTH).join("");
      const content = encode(JSON.stringify({ userId, name: shortName, expiresAtSeconds }));
      // Two sessions of a person are never the same, so nothing bound to one fits the other.
      const id = crypto.randomUUID();
      const cookie = `${id}.${content}.${await sign(PURPOSE, id, content)}`;
      return hostCookie(COOKIE, cookie, BROWSER_SESSION_SECONDS);
    },
    async of(c) {
      const cookie = getCookie(c, COOKIE, "host") ?? "";
      const [id = "", content = "", proof = ""] = cookie.split(".");
      if (!(await isSigned(proof, PURPOSE, id, content))) return undefined;
      // What an earlier version of this server wrote may no longer fit: the person signs in again.
      const parsed = contentSchema.safeParse(JSON.parse(decode(content))).data;
      if (parsed === undefined || parsed.expiresAtSeconds <= Date.now() / 1_000) return undefined;
      return { userId: parsed.userId, name: parsed.name, cookie };
    },
    end: hostCookie(COOKIE, "", 0),
  };
}

function encode(text: string): string {
  return new TextEncoder().encode(text).toBase64({ alphabet: "base64url", omitPadding: true });
}

function decode(encoded: string): string {
  return new TextDecoder().decode(Uint8Array.fromBase64(encoded, { alphabet: "base64url" }));
}
