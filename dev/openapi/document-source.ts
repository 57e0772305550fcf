import { readFile, realpath, stat } from "node:fs/promises";
import { dirname, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { messageOf, OpenApiError } from "./openapi-error.ts";
import { MAX_BYTES } from "./parse-document.ts";

const TIMEOUT_MS = 30_000;

/** Reads a document and the files that it refers to, and nothing beside them. */
export type DocumentSource = {
  /** Where the document is: a `file:` or `http(s):` URL. */
  readonly url: string;
  /**
   * @throws OpenApiError `openapi_reference` for what is not under the document's folder, or of another origin;
   *   `openapi_unreadable`; `openapi_too_large` when all together are.
   */
  read(url: string): Promise<string>;
};

/**
 * @param given a file's path, or a URL.
 * @param folder the folder that a relative path starts from.
 */
export async function documentSource(given: string, folder: string): Promise<DocumentSource> {
  const budget = { bytes: MAX_BYTES };
  if (/^https?:\/\//i.test(given)) return webSource(new URL(given), budget);
  const file = await realFile(resolve(folder, given), given);
  const root = dirname(file) + (dirname(file).endsWith(sep) ? "" : sep);
  return {
    url: pathToFileURL(file).href,
    async read(url) {
      if (!url.startsWith("file:")) throw outside(url, "a file under the document's folder");
      const path = await realFile(fileURLToPath(url), url);
      // Where a link leads counts, not where it lies.
      if (!path.startsWith(root)) throw outside(url, "a file under the document's folder");
      spend(budget, (await stat(path)).size, url);
      return readFile(path, "utf8");
    },
  };
}

function webSource(document: URL, budget: { bytes: number }): DocumentSource {
  return {
    url: document.href,
    async read(url) {
      if (!URL.canParse(url) || new URL(url).origin !== document.origin) {
        throw outside(url, `of the document's origin, ${document.origin}`);
      }
      const response = await fetchOf(url);
      if (!response.ok) {
        await response.body?.cancel();
        throw unreadable(url, `the server answers ${response.status}`);
      }
      return readText(response, url, budget);
    },
  };
}

async function fetchOf(url: string): Promise<Response> {
  try {
    return await fetch(url, {
      // A redirect may lead to another origin, where its references would be looked for.
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { accept: "application/json, application/yaml, */*;q=0.5" },
    });
  } catch (error) {
    const why = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw unreadable(url, messageOf(why), error);
  }
}

async function readText(response: Response, url: string, budget: { bytes: number }) {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const chunk of response.body ?? []) {
      spend(budget, chunk.byteLength, url);
      text += decoder.decode(chunk, { stream: true });
    }
  } catch (error) {
    throw error instanceof OpenApiError ? error : unreadable(url, messageOf(error), error);
  }
  return text + decoder.decode();
}

async function realFile(path: string, given: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    throw unreadable(given, "there is no such file", error);
  }
}

function spend(budget: { bytes: number }, bytes: number, place: string): void {
  budget.bytes -= bytes;
  if (budget.bytes >= 0) return;
  throw new OpenApiError(
    "openapi_too_large",
    place,
    `The document and its files have more than ${MAX_BYTES / 1024 / 1024} MiB. Take the part that you need`,
  );
}

const outside = (url: string, allowed: string) =>
  new OpenApiError("openapi_reference", url, `A reference may only name what is ${allowed}`);

const unreadable = (place: string, why: string, cause?: unknown) =>
  new OpenApiError("openapi_unreadable", place, `This cannot be read: ${why}`, { cause });
