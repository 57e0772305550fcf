import { entriesOf, isObject, listOf, textOf } from "./json.ts";

/**
 * The addresses of Server Objects, with the defaults of their variables.
 *
 * @param base where the document came from, if that was a URL: relative addresses start there.
 * @returns without a slash at the end. One that is still relative begins with `/`, or is empty.
 */
export function serverUrls(servers: unknown, base: string | undefined): string[] {
  return listOf(servers).flatMap((server) => {
    const template = isObject(server) ? textOf(server.url) : undefined;
    return template === undefined ? [] : [absolute(filled(template, server), base)];
  });
}

/** OpenAPI 3.1, Server Variable Object: `default` is required; some documents only have `enum`. */
function filled(template: string, server: unknown): string {
  const variables = isObject(server) ? entriesOf(server.variables) : [];
  return variables.reduce((url, [name, variable]) => {
    const value = isObject(variable) ? (variable.default ?? listOf(variable.enum)[0]) : undefined;
    return value === undefined ? url : url.replaceAll(`{${name}}`, String(value));
  }, template);
}

function absolute(url: string, base: string | undefined): string {
  const full = url.startsWith("//") ? `https:${url}` : url;
  if (URL.canParse(full)) return trimmed(full);
  if (base !== undefined && URL.canParse(full, base)) return trimmed(new URL(full, base).href);
  return trimmed(`/${full.replace(/^[./]+/, "")}`);
}

const trimmed = (url: string) => url.replace(/\/+$/, "");

/** Whether people can reach it: a whole address, without a variable that nobody set. */
export const isReachable = (url: string) => /^https?:\/\//.test(url) && !/[{}]/.test(url);

/**
 * Where an operation's server is, seen from the API's own.
 *
 * @returns what its path begins with there, or the other server's address.
 */
export function placeOf(
  own: string,
  urls: readonly string[],
): { readonly prefix: string } | { readonly other: string } {
  const [first] = urls;
  if (first === undefined) return { prefix: "" };
  for (const url of urls) {
    if (url === own) return { prefix: "" };
    if (url.startsWith(`${own}/`)) return { prefix: url.slice(own.length) };
  }
  return { other: first };
}
