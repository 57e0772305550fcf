import { inject } from "vitest";
import type { UpstreamApi } from "../../src/engine/config";
import { type ApiClient, apiClient } from "../../src/engine/upstream/api-client";
import type { TokenSource } from "../../src/engine/upstream/token-source";
import { UpstreamError } from "../../src/engine/upstream/upstream-error";
import type { ScriptedAnswer } from "../support/scripted-authority.ts";
import { requestsTo, script } from "./scripted.ts";

const tokens: TokenSource = {
  accessToken: async () => "the-token",
  refused: async () => false,
};

/** An API of one test, which answers what it is told, and a client of it that sends "the-token". */
export async function startScriptedApi(
  answer: ScriptedAnswer,
  options: { timeoutMs?: number; signal?: AbortSignal } = {},
) {
  const path = `/${crypto.randomUUID()}`;
  await script(path, answer);
  const api: UpstreamApi = {
    ...{ name: "api", displayName: "The API", url: inject("scriptedOrigin") },
    credential: { by: "exchange" },
    ...{ resource: undefined, audience: undefined, scopes: [] },
  };
  const { timeoutMs, signal = new AbortController().signal } = options;
  const client: ApiClient = apiClient(api, tokens, signal, timeoutMs);
  return {
    path: [path.slice(1)],
    client,
    answers: (other: ScriptedAnswer) => script(path, other),
    requests: () => requestsTo(path),
  };
}

export async function failureOf(call: Promise<unknown>): Promise<UpstreamError> {
  const error = await call.catch((thrown: unknown) => thrown);
  if (error instanceof UpstreamError) return error;
  throw new Error(`No UpstreamError: ${String(error)}`);
}
