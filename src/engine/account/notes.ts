import * as z from "zod";
import type { Signatures } from "../lib/signatures";
import type { BrowserSession } from "./browser-session";

/** What a form has just done, shown on the page that the person is redirected to. */
const noteSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("ended"), clientName: z.string() }),
  z.object({ kind: z.literal("ended-all"), left: z.number() }),
  /** With the scopes that are left: KV may still show those of before. */
  z.object({ kind: z.literal("narrowed"), scopes: z.array(z.string()) }),
  z.object({ kind: z.literal("unchanged") }),
  /** `isRevoked`: whether the service has ended it, too. */
  z.object({ kind: z.literal("service-ended"), service: z.string(), isRevoked: z.boolean() }),
]);
export type Note = z.infer<typeof noteSchema>;

/**
 * Notes in the address of a page. They are signed, so that no link from elsewhere can make a page say that
 * something was done, and bound to that page and to the session of the person who did it.
 */
export type Notes = {
  /** @param path of the page, such as `/connections`. */
  addTo(path: string, note: Note, session: BrowserSession): Promise<string>;
  /** @returns undefined when the address has none that was made for this session. */
  in(url: URL, session: BrowserSession): Promise<Note | undefined>;
};

const PURPOSE = "note";

/** More than the page shows of a name, and little enough for an address, however long the name is. */
const MAX_NAME_LENGTH = 60;

/** Says that a client's connection has ended; its record is gone, so the name is kept here. */
export function endedNote(clientName: string): Note {
  const shortName = Array.from(clientName).slice(0, MAX_NAME_LENGTH).join("");
  return { kind: "ended", clientName: shortName };
}

export function notes({ sign, isSigned }: Signatures): Notes {
  return {
    async addTo(path, note, { cookie }) {
      const text = JSON.stringify(note);
      const parameters = new URLSearchParams({
        note: text,
        proof: await sign(PURPOSE, cookie, path, text),
      });
      return `${path}?${parameters}`;
    },
    async in({ pathname, searchParams }, { cookie }) {
      const text = searchParams.get("note") ?? "";
      const proof = searchParams.get("proof") ?? "";
      if (!(await isSigned(proof, PURPOSE, cookie, pathname, text))) return undefined;
      return noteSchema.safeParse(JSON.parse(text)).data;
    },
  };
}
