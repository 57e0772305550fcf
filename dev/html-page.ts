export type FormControl = { tag: "input" | "button"; type: string; name: string; value: string };

export type HtmlForm = { action: string; method: string; controls: FormControl[] };

export type HtmlPage = {
  /** Where a `<meta http-equiv="refresh">` leads. */
  refresh: string | undefined;
  /** The page's first form. */
  form: HtmlForm | undefined;
  /** What a person reads, in one line. */
  text: string;
};

/**
 * Reads the pages that Gatehouse and its local identity provider send. They are our own, with every
 * attribute quoted, so this need not understand HTML at large.
 */
export function readHtmlPage(html: string): HtmlPage {
  let refresh: string | undefined;
  let form: HtmlForm | undefined;
  let isFormOver = false;
  for (const { name, attributes } of readTags(html)) {
    const attribute = (key: string) => attributes.get(key) ?? "";
    if (name === "meta" && attribute("http-equiv") === "refresh") {
      refresh = /^\d+;\s*url=(.+)$/i.exec(attribute("content"))?.[1];
    } else if (name === "form" && form === undefined) {
      form = { action: attribute("action"), method: attribute("method"), controls: [] };
    } else if (name === "/form") {
      isFormOver = true;
    } else if ((name === "input" || name === "button") && form !== undefined && !isFormOver) {
      form.controls.push({
        tag: name,
        type: attribute("type"),
        name: attribute("name"),
        value: attribute("value"),
      });
    }
  }
  const body = html.replace(/<(style|script|head)\b[\s\S]*?<\/\1>/g, " ");
  const text = decodeEntities(body.replace(/<[^>]*>/g, " "));
  return { refresh, form, text: text.replace(/\s+/g, " ").trim() };
}

function readTags(html: string): { name: string; attributes: Map<string, string> }[] {
  return [...html.matchAll(/<(\/?[a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*\/?>/g)].map(
    ([, name = "", attributes = ""]) => ({
      name,
      attributes: new Map(
        [...attributes.matchAll(/([a-z-]+)(?:="([^"]*)")?/g)].map(([, key = "", value = ""]) => [
          key,
          decodeEntities(value),
        ]),
      ),
    }),
  );
}

function decodeEntities(text: string): string {
  const named: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|([a-z]+));/gi, (entity, decimal, hex, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    return named[name] ?? entity;
  });
}
