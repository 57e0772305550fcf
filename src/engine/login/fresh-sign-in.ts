import type { AuthRequest } from "@cloudflare/workers-oauth-provider";
import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import * as z from "zod";
import { type Identity, identitySchema } from "../identity/principal";
import { derivedKey } from "../lib/derived-key";
import { hostCookie } from "../lib/host-cookie";

/**
 * Who signed in for one authorization request, kept in the browser, sealed, until that request is decided: then the
 * person need not go to the identity provider again. It opens for the same request only, for ten minutes.
 */
export type FreshSignIns = {
  /** @returns the `Set-Cookie`; undefined where a browser would not keep so much. Then they sign in again later. */
  keep(request: AuthRequest, identity: Identity): Promise<string | undefined>;
  /** @returns undefined when nobody signed in for this request in this browser, or too long ago. */
  of(c: Context, request: AuthRequest): Promise<Identity | undefined>;
  /** The `Set-Cookie` that forgets it. */
  end(request: AuthRequest): Promise<string>;
};

/** As long as a consent page is valid. */
const SECONDS = 600;
/** A browser keeps 4096 bytes of a cookie, its name and attributes included. */
const MAX_COOKIE_LENGTH = 3_800;
const IV_BYTES = 12;

const contentSchema = z.object({ identity: identitySchema, expiresAtSeconds: z.number() });

/** @param secret SESSION_SECRET, from which the key is derived. */
export function freshSignIns(secret: string): FreshSignIns {
  const keyFor = () => derivedKey(secret, "gatehouse fresh sign-in", "encrypt");
  return {
    async keep(request, identity) {
      const expiresAtSeconds = Math.floor(Date.now() / 1_000) + SECONDS;
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
      const plain = new TextEncoder().encode(JSON.stringify({ identity, expiresAtSeconds }));
      const algorithm = { name: "AES-GCM", iv, additionalData: bytesOf(request) };
      const sealed = await crypto.subtle.encrypt(algorithm, await keyFor(), plain);
      const value = `${base64url(iv)}.${base64url(new Uint8Array(sealed))}`;
      return value.length > MAX_COOKIE_LENGTH
        ? undefined
        : hostCookie(await nameFor(request), value, SECONDS);
    },
    async of(c, request) {
      const [iv = "", sealed = ""] = (getCookie(c, await nameFor(request), "host") ?? "").split(
        ".",
      );
      try {
        const algorithm = { name: "AES-GCM", iv: bytes(iv), additionalData: bytesOf(request) };
        const plain = await crypto.subtle.decrypt(algorithm, await keyFor(), bytes(sealed));
        const content = contentSchema.parse(JSON.parse(new TextDecoder().decode(plain)));
        return content.expiresAtSeconds > Date.now() / 1_000 ? content.identity : undefined;
      } catch {
        // No cookie, or not sealed here, for this request, in this form: the person signs in.
        return undefined;
      }
    },
    end: async (request) => hostCookie(await nameFor(request), "", 0),
  };
}

/** What makes one authorization request differ from all others; not its scopes, which the person chooses. */
function bytesOf(request: AuthRequest): Uint8Array<ArrayBuffer> {
  const { clientId, redirectUri, state, codeChallenge, resource } = request;
  const text = JSON.stringify([clientId, redirectUri, state, codeChallenge, resource]);
  return Uint8Array.from(new TextEncoder().encode(text));
}

/** Two tabs with two requests do not disturb each other. */
async function nameFor(request: AuthRequest): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytesOf(request));
  return `gatehouse-signed-in-${base64url(new Uint8Array(digest)).slice(0, 16)}`;
}

function base64url(array: Uint8Array): string {
  return array.toBase64({ alphabet: "base64url", omitPadding: true });
}

function bytes(encoded: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(encoded, { alphabet: "base64url" });
}
