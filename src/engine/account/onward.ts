import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import { hostCookie } from "../lib/host-cookie";

// Where a person goes on once they have signed in: to the page that connects a service, which a link led them
// to. A cookie keeps it, as the identity provider brings back nothing of ours but `state`.

const COOKIE = "gatehouse-onward";
const SECONDS = 600;
const CONNECT_LINK = /^\/connect\/[a-z0-9-]{1,40}\?ticket=[\w.-]{1,3500}$/;

/** @param link of this server: a path with its query. */
export function onwardCookie(link: string): string {
  return hostCookie(COOKIE, link, SECONDS);
}

/** @returns the link and the `Set-Cookie` that forgets it; undefined when there is none, or none of ours. */
export function onwardOf(c: Context): { link: string; clearCookie: string } | undefined {
  const link = getCookie(c, COOKIE, "host") ?? "";
  return CONNECT_LINK.test(link) ? { link, clearCookie: hostCookie(COOKIE, "", 0) } : undefined;
}
