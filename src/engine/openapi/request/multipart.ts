import type { ApiBody } from "../../upstream/api-request";
import type { CompiledBody, PropertyEncoding } from "../compiled";
import { isStyled, styleOf } from "./encoding";
import { givenFile } from "./file";
import { partType } from "./media-type";
import { asText, entriesOf, isAbsent } from "./parameter-value";
import { inQuery } from "./styles";

type Part = { readonly head: string; readonly content: Uint8Array };

/**
 * A body in parts (RFC 7578): a part per field, and per item of a list. Not by FormData, where only a file can have a
 * media type: a part of JSON would get a file's name.
 *
 * @throws ToolError for a file that is none, or too large.
 */
export function multipart(compiled: CompiledBody, body: object): ApiBody {
  const { argument, encoding = {}, files = [] } = compiled;
  const parts = (entriesOf(body) ?? []).flatMap(([name, value]) => {
    const own = Object.hasOwn(encoding, name) ? encoding[name] : undefined;
    const place = `${argument}.${name}`;
    if (own !== undefined && isStyled(own) && !files.includes(name)) {
      return styledFields(name, value, own);
    }
    const items = (Array.isArray(value) ? value : [value]).filter((item) => !isAbsent(item));
    return items.map((item) =>
      files.includes(name) ? filePart(place, name, item, own) : fieldPart(name, item, own),
    );
  });
  const boundary = crypto.randomUUID();
  const type = compiled.contentType.includes("*") ? "multipart/form-data" : compiled.contentType;
  return {
    bytes: joined(parts, boundary),
    contentType: `${type.replace(/;\s*boundary=[^;]*/i, "")}; boundary=${boundary}`,
  };
}

function filePart(
  place: string,
  name: string,
  value: unknown,
  encoding: PropertyEncoding | undefined,
): Part {
  const { bytes, filename, contentType } = givenFile(place, value);
  const type = partType(contentType, encoding?.contentType, "application/octet-stream");
  return {
    head: `${disposition(name)}; filename="${quotable(filename)}"\r\ncontent-type: ${type}`,
    content: bytes,
  };
}

/** OpenAPI 3.1.1, "Encoding Object": an object is JSON, and what is plain is text. */
function fieldPart(name: string, value: unknown, encoding: PropertyEncoding | undefined): Part {
  const isPlain = typeof value !== "object";
  const type = partType(undefined, encoding?.contentType, isPlain ? "" : "application/json");
  return {
    head: disposition(name) + (type === "" ? "" : `\r\ncontent-type: ${type}`),
    content: new TextEncoder().encode(asText(value)),
  };
}

/** A field with a style, as in a query, but that nothing in a part is percent-encoded (RFC 7578, section 5.1). */
function styledFields(name: string, value: unknown, encoding: PropertyEncoding): Part[] {
  return inQuery({ name, ...styleOf(encoding), allowReserved: false }, value).map((pair) => ({
    head: disposition(pair.name),
    content: new TextEncoder().encode(
      decodeURIComponent(pair.encoded.slice(pair.encoded.indexOf("=") + 1)),
    ),
  }));
}

const disposition = (name: string) => `content-disposition: form-data; name="${quotable(name)}"`;

/** As WHATWG writes a name of multipart/form-data: it cannot end its quotes, or its line. */
function quotable(text: string): string {
  return text
    .replaceAll("\r", "%0D")
    .replaceAll("\n", "%0A")
    .replaceAll('"', "%22")
    .replaceAll(/\p{Cc}/gu, "_");
}

function joined(parts: readonly Part[], boundary: string): Uint8Array {
  const encode = (text: string) => new TextEncoder().encode(text);
  const pieces = parts.flatMap(({ head, content }) => [
    encode(`--${boundary}\r\n${head}\r\n\r\n`),
    content,
    encode("\r\n"),
  ]);
  pieces.push(encode(`--${boundary}--\r\n`));
  const whole = new Uint8Array(pieces.reduce((size, { byteLength }) => size + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}
