import { type HtmlForm, type HtmlPage, readHtmlPage } from "./html-page.ts";

/** Where a browser arrived: at a page that it shows, or at an address that it must not fetch. */
export type Arrival =
  | { kind: "page"; address: URL; status: number; page: HtmlPage }
  | { kind: "left"; address: URL };

/** What a person does to a form before and by pressing a button. */
export interface FormInput {
  /** The button's label, if it has one. */
  press?: { name: string; value: string };
  /** The values of the checkboxes to tick. Without it, those ticked beforehand stay so. */
  tick?: readonly string[];
}

type Destination = { address: URL; form?: URLSearchParams; from?: URL };

const MAX_REDIRECTS = 20;
const SECONDS_TO_ANSWER = 30;

/**
 * A browser reduced to what sign-in needs: cookies, redirects and forms, and no script.
 *
 * @param leaves says at which addresses the browser stops without fetching them
 * @param reach how addresses are reached, when not over the network
 */
export class ScriptlessBrowser {
  readonly #leaves: (address: URL) => boolean;
  readonly #reach: typeof fetch;
  /** By host and port: with `Secure` and `__Host-` cookies on http://localhost, as browsers allow. */
  readonly #cookies = new Map<string, Map<string, string>>();

  constructor(leaves: (address: URL) => boolean, reach: typeof fetch = fetch) {
    this.#leaves = leaves;
    this.#reach = reach;
  }

  /** Goes to an address and follows redirects. */
  async open(address: URL): Promise<Arrival> {
    return this.#go({ address });
  }

  /** Fills in a form of a page, presses one of its buttons and follows redirects. */
  async submit(form: HtmlForm, input: FormInput, from: URL): Promise<Arrival> {
    const entries = formEntries(form, input);
    if (form.method === "POST") return this.#go({ address: form.action, form: entries, from });
    const address = new URL(form.action);
    address.search = entries.toString();
    return this.#go({ address });
  }

  async #go(start: Destination): Promise<Arrival> {
    let destination = start;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const { address } = destination;
      if (this.#leaves(address)) return { kind: "left", address };
      const response = await this.#fetch(destination);
      const location = response.headers.get("location");
      if (response.status < 300 || response.status > 399 || location === null) {
        const page = readHtmlPage(await response.text(), address);
        return { kind: "page", address, status: response.status, page };
      }
      await response.body?.cancel();
      const next = new URL(location, address);
      const keepsForm = response.status === 307 || response.status === 308;
      destination = keepsForm ? { ...destination, address: next } : { address: next };
    }
    throw new Error(
      `More than ${MAX_REDIRECTS} redirects from ${start.address.origin}${start.address.pathname}: ` +
        "look for two addresses that send the browser to each other.",
    );
  }

  async #fetch({ address, form, from }: Destination): Promise<Response> {
    const headers = new Headers({ accept: "text/html" });
    const cookies = this.#cookies.get(address.host) ?? new Map<string, string>();
    this.#cookies.set(address.host, cookies);
    if (cookies.size > 0) {
      headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    }
    if (from !== undefined) headers.set("origin", from.origin);
    const reach = this.#reach;
    const response = await reach(address, {
      method: form === undefined ? "GET" : "POST",
      headers,
      body: form ?? null,
      redirect: "manual",
      signal: AbortSignal.timeout(SECONDS_TO_ANSWER * 1_000),
    }).catch((cause: unknown) => {
      throw new Error(`${address.origin} does not answer: is it running there?`, { cause });
    });
    for (const line of response.headers.getSetCookie()) keepCookie(cookies, line);
    return response;
  }
}

function formEntries(form: HtmlForm, { press, tick }: FormInput): URLSearchParams {
  const entries = new URLSearchParams();
  for (const { name, value } of form.fields) entries.append(name, value);
  for (const { name, value, checked } of form.checkboxes) {
    if (tick === undefined ? checked : tick.includes(value)) entries.append(name, value);
  }
  if (press !== undefined) entries.append(press.name, press.value);
  return entries;
}

function keepCookie(cookies: Map<string, string>, line: string): void {
  const [pair = "", ...attributes] = line.split(";");
  const equals = pair.indexOf("=");
  if (equals < 1) return;
  const name = pair.slice(0, equals).trim();
  if (attributes.some(isExpiry)) cookies.delete(name);
  else cookies.set(name, pair.slice(equals + 1).trim());
}

/** Whether a cookie's attribute says that the cookie has expired. */
function isExpiry(attribute: string): boolean {
  const [name = "", value = ""] = attribute.split("=").map((part) => part.trim());
  if (name.toLowerCase() === "max-age") return Number(value) <= 0;
  return name.toLowerCase() === "expires" && Date.parse(value) <= Date.now();
}
