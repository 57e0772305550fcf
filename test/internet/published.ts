import * as z from "zod";

type Answer = { status?: number; headers?: Record<string, string>; body: string };

/** Publishes an answer at an address of the stand-in for the internet. */
export async function publish(url: string, { status = 200, headers = {}, body }: Answer) {
  const answer = { status, headers: { "content-type": "application/json", ...headers }, body };
  await fetch(url, { method: "PUT", body: JSON.stringify(answer) });
}

/** The metadata document of a client, good in every way but for a change. */
export function documentOf(clientId: string, change: Record<string, unknown> = {}): string {
  return JSON.stringify({
    client_id: clientId,
    client_name: "Claude",
    redirect_uris: ["https://evil.example/callback"],
    token_endpoint_auth_method: "none",
    grant_types: ["authorization_code", "refresh_token"],
    ...change,
  });
}

/** What was fetched since this was last asked. */
export async function fetched(): Promise<string[]> {
  const response = await fetch("https://requests.example/");
  return z.array(z.string()).parse(await response.json());
}
