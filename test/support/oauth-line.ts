import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { bodyOf, listen } from "./loopback-server.ts";

/** How the line to the token endpoint behaves from now on, towards refreshes only. */
const conditionsSchema = z.object({
  /** How long each is on its way there, and its answer on the way back; taken in turn. */
  delaysMs: z.array(z.number()).default([]),
  /** How many of the next ones never arrive: the connection breaks before. */
  lost: z.number().default(0),
});

/**
 * The line to an authorization server, with delays and losses as a test tells it (PUT /line), and a count
 * of the refreshes that arrived there (GET /line).
 *
 * @param target its origin. Everything but those refreshes passes as it is.
 */
export async function startOAuthLine(
  target: string,
): Promise<{ origin: string; stop(): Promise<void> }> {
  let conditions = conditionsSchema.parse({});
  let turn = 0;
  let arrived = 0;
  const delay = () => sleep(conditions.delaysMs[turn++ % conditions.delaysMs.length] ?? 0);

  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const { method = "GET", url = "/" } = request;
    if (url === "/line") {
      if (method === "PUT") conditions = conditionsSchema.parse(JSON.parse(body));
      response.end(JSON.stringify({ arrived }));
      return;
    }
    const isRefresh =
      url === "/oauth2/token" && new URLSearchParams(body).get("grant_type") === "refresh_token";
    if (isRefresh) {
      if (conditions.lost > 0) {
        conditions.lost--;
        request.socket.destroy();
        return;
      }
      await delay();
      arrived++;
    }
    const headers = new Headers();
    for (const name of ["authorization", "content-type", "accept"]) {
      const value = request.headers[name];
      if (typeof value === "string") headers.set(name, value);
    }
    const answer = await fetch(target + url, {
      method,
      headers,
      redirect: "manual",
      ...(method === "POST" && { body }),
    });
    const answerBody = Buffer.from(await answer.arrayBuffer());
    if (isRefresh) await delay();
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(answerBody);
  });
  return listen(server);
}
