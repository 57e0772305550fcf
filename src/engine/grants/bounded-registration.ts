import { readableByScripts } from "../lib/cross-origin";
import { readBytes } from "../lib/read-bytes";
import {
  MAX_REGISTRATION_BYTES,
  type RegistrationRefusal,
  registrationMetadata,
} from "./registration-metadata";

type Handler = (request: Request, env: Env, ctx: ExecutionContext) => Promise<Response>;

/**
 * Bounds what a registration may say, and cuts it down to what this server does, before anything looks
 * at it or keeps it: anybody registers, and a registration is kept for 90 days.
 */
export function boundedRegistration(register: Handler): Handler {
  return async (request, env, ctx) => {
    if (request.method !== "POST") return register(request, env, ctx);
    const bytes = await readBytes(request.body, MAX_REGISTRATION_BYTES);
    if (bytes === undefined) {
      const description = `A registration has at most ${MAX_REGISTRATION_BYTES} bytes`;
      return refused(request, 413, { error: "invalid_client_metadata", description });
    }
    const read = readMetadata(bytes);
    if ("refusal" in read) return refused(request, 400, read.refusal);
    const headers = new Headers(request.headers);
    headers.delete("content-length");
    const body = JSON.stringify(read.metadata);
    return register(new Request(request.url, { method: "POST", headers, body }), env, ctx);
  };
}

function readMetadata(bytes: Uint8Array): ReturnType<typeof registrationMetadata> {
  try {
    return registrationMetadata(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    const description = "The body must be JSON";
    return { refusal: { error: "invalid_client_metadata", description } };
  }
}

function refused(
  request: Request,
  status: 400 | 413,
  { error, description: error_description }: RegistrationRefusal,
): Response {
  const headers = { "cache-control": "no-store" };
  const response = Response.json({ error, error_description }, { status, headers });
  return readableByScripts(response, request);
}
