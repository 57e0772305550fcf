import type { Declared } from "../../test/openapi-corpus/declared.ts";
import { findings, type Given, type Sent } from "../../test/openapi-corpus/oracle.ts";
import { type Kind, kinds, type Message } from "./measured.ts";

/** Where every subject thinks the API is. */
export const base = new URL("https://api.example/base");

export type Asked = {
  /** Such as `GET /tickets/{id}`. */
  readonly key: string;
  readonly declared: Declared;
  /** Its path, from where the request's path starts. */
  readonly template: string;
};

export type Request = { readonly sent: Sent; readonly given: Given };

/** Nothing could be asked, for a reason that is not the subject's. */
export class NotComparable extends Error {}

type Finding = readonly [kind: Kind, about: string];

/** Counts operations by what the oracle of test/openapi-corpus finds in their requests. */
export class Tally {
  #right = 0;
  readonly #found: Record<Kind, number> = {
    ...{ missing: 0, "unfilled path": 0, "lost body": 0, "lost parameter": 0 },
    ...{ "wrong serialisation": 0, "no request": 0, "not compared": 0 },
  };
  readonly #examples: Partial<Record<Kind, string>> = {};

  /** @param request makes the operation's request; undefined where the operation is not offered. */
  async add(asked: Asked, request: (() => Promise<Request>) | undefined): Promise<void> {
    const found =
      request === undefined
        ? [["missing", "is not offered"] satisfies Finding]
        : await findingsOf(asked, request);
    if (found.length === 0) this.#right += 1;
    const byKind = new Map(found);
    for (const kind of kinds) {
      const about = byKind.get(kind);
      if (about === undefined) continue;
      this.#found[kind] += 1;
      this.#examples[kind] ??= `${asked.key}: ${about}`.slice(0, 300);
    }
  }

  message(): Message {
    return { phase: "called", right: this.#right, found: this.#found, examples: this.#examples };
  }
}

async function findingsOf(
  { declared, template }: Asked,
  request: () => Promise<Request>,
): Promise<Finding[]> {
  const made = await request().catch((error: unknown): Finding => {
    return [error instanceof NotComparable ? "not compared" : "no request", String(error)];
  });
  if (!("sent" in made)) return [made];
  const { sent, given } = made;
  // No value has a brace: one in the path is the template's own.
  const isUnfilled = /\{|%7B/i.test(sent.url.pathname);
  const unfilled: Finding[] = isUnfilled ? [["unfilled path", sent.url.pathname]] : [];
  try {
    const found = await findings(declared, template, base, sent, given);
    return [
      ...unfilled,
      ...found
        .filter(({ about }) => !isUnfilled || !about.startsWith("path "))
        .map(({ finding, about }): Finding => [kindOf(finding, about), about]),
    ];
  } catch (error) {
    // What cannot even be read back, such as a percent sign that encodes nothing.
    return [...unfilled, ["wrong serialisation", String(error)]];
  }
}

/** The oracle calls a parameter that no argument could give unfilled, and a path that is not the template's. */
function kindOf(
  finding: "unfilled parameter" | "lost body" | "wrong serialisation",
  about: string,
) {
  if (finding !== "unfilled parameter") return finding;
  return about.startsWith("/") ? "unfilled path" : "lost parameter";
}
