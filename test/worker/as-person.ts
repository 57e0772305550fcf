import {
  type Arrival,
  type FormInput,
  ScriptlessBrowser,
} from "../../dev/browser/scriptless-browser.ts";
import type { PersonId } from "../../dev/local-servers/people.ts";
import { browse } from "./as-client.ts";
import { TEST_ORIGIN } from "./origin.ts";

export type ShownPage = Extract<Arrival, { kind: "page" }>;

/** A person's browser at the pages about what they connected. */
export class PersonsBrowser {
  readonly #browser: ScriptlessBrowser;

  /** @param reach another Gatehouse at the same origin, say. */
  constructor(reach: typeof fetch = browse) {
    this.#browser = new ScriptlessBrowser(() => false, reach);
  }

  async open(path: string): Promise<ShownPage> {
    return pageOf(await this.#browser.open(new URL(path, TEST_ORIGIN)));
  }

  /** Sends the form of a page that goes to this path. */
  async submit(shown: ShownPage, action: string, input: FormInput = {}): Promise<ShownPage> {
    const form = shown.page.forms.find((candidate) => candidate.action.pathname === action);
    if (form === undefined) throw new Error(`No form for ${action} on “${shown.page.heading}”`);
    return pageOf(await this.#browser.submit(form, input, shown.address));
  }

  /** Goes to the identity provider and comes back, as one of its people. */
  async signIn(person: PersonId): Promise<ShownPage> {
    const chooser = await this.open("/connections/sign-in");
    const press = { name: "person", value: person };
    return this.submit(chooser, chooser.page.forms[0]?.action.pathname ?? "", { press });
  }
}

/** The browser of a person who has signed in. */
export async function signedIn(person: PersonId, reach?: typeof fetch): Promise<PersonsBrowser> {
  const browser = new PersonsBrowser(reach);
  await browser.signIn(person);
  return browser;
}

function pageOf(arrival: Arrival): ShownPage {
  if (arrival.kind !== "page") throw new Error(`Left to ${arrival.address.origin}`);
  return arrival;
}
