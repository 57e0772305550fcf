import { writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import * as z from "zod";
import { keepJson } from "../local-servers/kept-json.ts";
import { errorPage, pageHeaders } from "../local-servers/local-pages.ts";
import { type PersonId, people } from "../local-servers/people.ts";
import { linksPage, WHOSE } from "./authorization-server-pages.ts";

/** Who lets Gatehouse use the APIs for them: alice at first, bob not. */
export type ApiLinks = {
  has(person: PersonId): boolean;
  set(person: PersonId, isLinked: boolean): void;
  /** Shows who is linked, and lets a person change it. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
};

const idsSchema = z.array(z.enum(["alice", "bob"]));

/**
 * @param file keeps the links across restarts; undefined keeps nothing.
 * @param apis what people call them.
 */
export async function openApiLinks(
  file: string | undefined,
  apis: readonly string[],
): Promise<ApiLinks> {
  const isIds = (value: unknown): value is PersonId[] => idsSchema.safeParse(value).success;
  const linked = new Set(await keepJson<PersonId[]>(file, isIds, () => ["alice"]));

  function set(person: PersonId, isLinked: boolean): void {
    if (isLinked) linked.add(person);
    else linked.delete(person);
    if (file !== undefined) writeFileSync(file, JSON.stringify([...linked]));
  }

  return {
    has: (person) => linked.has(person),
    set,
    async answer(request, response) {
      const send = (status: number, html: string) => {
        response.writeHead(status, pageHeaders).end(html);
      };
      if (request.method === "POST") {
        // Nobody signs in for this page, so another website's form would be as good as its own.
        if ((request.headers["sec-fetch-site"] ?? "same-origin") !== "same-origin") {
          return send(403, errorPage(WHOSE, "cross_site", "That form was another website's."));
        }
        const form = new URLSearchParams(await text(request));
        for (const { id } of people) {
          if (form.get("link") === id) set(id, true);
          if (form.get("unlink") === id) set(id, false);
        }
      }
      send(200, linksPage(linked, apis));
    },
  };
}
