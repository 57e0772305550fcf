/**
 * Requests that a server must refuse or not understand, each with words in it that nobody else may read:
 * in every part of a request that a client chooses.
 *
 * @param token good at /mcp, so that what comes after the check of the token is reached as well.
 */
export async function misuse(origin: string, token: string, words: string): Promise<void> {
  const bearer = { authorization: `Bearer ${token}` };
  const accept = "application/json, text/event-stream";
  const json = { "content-type": "application/json", accept };
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const everywhere = {
    "user-agent": words,
    "last-event-id": words,
    "cf-account-id": words,
    cookie: `__Host-a=${words}; b=${words}`,
    "x-forwarded-for": "203.0.113.77",
    referer: `https://${words}.example/?${words}`,
  };
  const modern = { "mcp-protocol-version": "2026-07-28" };
  const meta = {
    _meta: {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientInfo": { name: words, version: words },
      "io.modelcontextprotocol/clientCapabilities": {},
    },
  };
  const message = (method: string, params: object) =>
    JSON.stringify({ jsonrpc: "2.0", id: words, method, params });
  const post = (path: string, headers: Record<string, string>, body: string) =>
    send(origin + path, { method: "POST", headers: { ...everywhere, ...headers }, body });
  const get = (path: string, headers: Record<string, string> = {}) =>
    send(origin + path, { headers: { ...everywhere, accept: "text/html", ...headers } });

  await get(`/${words}/${words}?${words}`);
  await get(`/.well-known/oauth-protected-resource/${words}`);
  await get(`/connections/${words}`);
  await get(`/authorize?client_id=${words}&redirect_uri=https://${words}.example&state=${words}`);
  await get(`/callback?code=${words}&state=${words}&error=${words}&error_description=${words}`);
  await post("/authorize", form, `decision=approve&transaction=${words}&scope=${words}`);

  await post("/oauth/token", form, `grant_type=refresh_token&refresh_token=${words}`);
  await post(
    "/oauth/token",
    form,
    `grant_type=refresh_token&refresh_token=${words}:${words}:${words}`,
  );
  await post(
    "/oauth/token",
    form,
    `grant_type=authorization_code&code=${words}&client_id=${words}`,
  );
  const basic = `Basic ${Buffer.from(`${words}:${words}`).toString("base64")}`;
  await post("/oauth/token", { ...form, authorization: basic }, `grant_type=${words}`);
  await post("/oauth/token", json, JSON.stringify({ token: words }));
  await post("/oauth/register", json, `{"client_name": "${words}"`);
  const metadata = { client_name: words, redirect_uris: [`http://${words}.example/`] };
  await post("/oauth/register", json, JSON.stringify(metadata));

  for (const wrong of [words, `${words}:${words}:${words}`, `ey${words}.${words}.${words}`]) {
    await post("/mcp", { ...json, authorization: `Bearer ${wrong}` }, message("ping", {}));
  }
  await get("/mcp", { ...bearer, "mcp-session-id": words });
  await get(`/sse?token=${words}`, bearer);
  await post(
    "/mcp",
    { ...bearer, ...json, origin: `https://${words}.example` },
    message("ping", {}),
  );
  await post("/mcp", { ...bearer, ...json }, `{"${words}": ${words}`);
  await post("/mcp", { ...bearer, ...json }, message("initialize", { clientInfo: words }));
  for (const [method, params] of [
    [words, {}],
    ["tools/call", { name: words, arguments: { [words]: words } }],
    ["tools/call", { name: "calculator", arguments: { operation: words, a: words, [words]: 1 } }],
    ["tools/call", { name: "calculator", arguments: words }],
    ["resources/read", { uri: `notes://${words}` }],
    ["prompts/get", { name: words, arguments: { [words]: words } }],
  ] as const) {
    await post("/mcp", { ...bearer, ...json }, message(method, params));
    const headers = { ...bearer, ...json, ...modern, "mcp-method": method, "mcp-name": words };
    await post("/mcp", headers, message(method, { ...params, ...meta }));
  }
}

/** Whatever the answer is, it is read to its end, or given up where it would have none. */
async function send(url: string, init: RequestInit): Promise<void> {
  const response = await fetch(url, { ...init, redirect: "manual" });
  if (init.method === "POST") await response.text();
  else await response.body?.cancel();
}
