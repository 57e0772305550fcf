/** A form as a browser without script would send it. Selects, text areas and radios are not read. */
export interface HtmlForm {
  action: URL;
  method: "GET" | "POST";
  /** Hidden and text inputs. */
  fields: readonly NamedValue[];
  checkboxes: readonly (NamedValue & { checked: boolean })[];
  buttons: readonly NamedValue[];
}

interface NamedValue {
  name: string;
  value: string;
}

/** What a person, or a browser without script, sees of a page. */
export interface HtmlPage {
  title: string;
  heading: string;
  /** The text of the body, on one line. */
  text: string;
  forms: readonly HtmlForm[];
  /** Addresses of the links that have an id, by that id. */
  links: ReadonlyMap<string, URL>;
}

type Attributes = ReadonlyMap<string, string>;

const NOT_CONTENT = /<!--[\s\S]*?-->|<(script|style|template)\b[\s\S]*?<\/\1\s*>/gi;
const TAG = /<(\/?[a-z][a-z0-9-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/gi;
const ATTRIBUTE = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>][^\s>]*)))?/g;
const NO_FIELD = new Set(["submit", "button", "image", "reset", "file", "radio"]);

/** Reads a page, with addresses resolved against the page's own. */
export function readHtmlPage(html: string, address: URL): HtmlPage {
  const content = html.replace(NOT_CONTENT, "");
  const links = new Map<string, URL>();
  const forms: HtmlForm[] = [];
  let form: ReturnType<typeof emptyForm> | undefined;
  for (const [, tag = "", rest = ""] of content.matchAll(TAG)) {
    const attributes = readAttributes(rest);
    const name = tag.toLowerCase();
    const href = attributes.get("href");
    const id = attributes.get("id");
    if (name === "a" && href !== undefined && id !== undefined)
      links.set(id, new URL(href, address));
    if (name === "form") {
      form = emptyForm(attributes, address);
      forms.push(form);
    }
    if (name === "/form") form = undefined;
    if (name === "input" || name === "button") addControl(form, name, attributes);
  }
  return {
    title: innerText(content, "title"),
    heading: innerText(content, "h1"),
    text: innerText(content, "body") || plainText(content),
    forms,
    links,
  };
}

function emptyForm(attributes: Attributes, address: URL) {
  const method = attributes.get("method")?.toUpperCase() === "POST" ? "POST" : "GET";
  return {
    // An empty action means the page itself.
    action: new URL(attributes.get("action") || address.href, address),
    method,
    fields: [] as NamedValue[],
    checkboxes: [] as (NamedValue & { checked: boolean })[],
    buttons: [] as NamedValue[],
  } satisfies HtmlForm;
}

function addControl(
  form: ReturnType<typeof emptyForm> | undefined,
  tag: "input" | "button",
  attributes: Attributes,
): void {
  const name = attributes.get("name");
  // What has no name, or is disabled, is never sent.
  if (form === undefined || name === undefined || attributes.has("disabled")) return;
  const type = attributes.get("type")?.toLowerCase() ?? (tag === "button" ? "submit" : "text");
  const value = attributes.get("value");
  if (type === "submit") form.buttons.push({ name, value: value ?? "" });
  else if (type === "checkbox")
    form.checkboxes.push({ name, value: value ?? "on", checked: attributes.has("checked") });
  else if (tag === "input" && !NO_FIELD.has(type)) form.fields.push({ name, value: value ?? "" });
}

function readAttributes(source: string): Attributes {
  const attributes = new Map<string, string>();
  for (const [, name = "", double, single, bare] of source.matchAll(ATTRIBUTE)) {
    const key = name.toLowerCase();
    // If an attribute is repeated, browsers keep the first.
    if (!attributes.has(key)) attributes.set(key, decodeEntities(double ?? single ?? bare ?? ""));
  }
  return attributes;
}

function innerText(content: string, tag: string): string {
  const match = new RegExp(`<${tag}\\b[^>]*>([\\s\\S]*?)</${tag}\\s*>`, "i").exec(content);
  return plainText(match?.[1] ?? "");
}

function plainText(html: string): string {
  return decodeEntities(html.replace(TAG, " ")).replace(/\s+/g, " ").trim();
}

const NAMED_ENTITIES: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["nbsp", "\u00a0"],
]);

function decodeEntities(text: string): string {
  return text.replace(/&(#x[0-9a-f]+|#[0-9]+|[a-z]+);/gi, (entity, reference: string) => {
    if (!reference.startsWith("#")) return NAMED_ENTITIES.get(reference) ?? entity;
    const point = Number(reference.slice(1).replace(/^x/i, "0x"));
    return point <= 0x10ffff ? String.fromCodePoint(point) : "\ufffd";
  });
}
