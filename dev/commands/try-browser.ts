import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import * as z from "zod";
import { signIn } from "../browser/headless-browser.ts";
import type { PersonId } from "../local-servers/people.ts";
import type { SignInWay } from "./try-authorization.ts";

const PERSON_TAKES_AT_MOST_MS = 5 * 60_000;

/** Signs in without a browser, as someone the local identity provider knows. */
export function withoutBrowser(person: PersonId): SignInWay {
  return {
    // Nothing listens there: redirects are followed up to this address, but not to it.
    redirectUri: "http://127.0.0.1/callback",
    follow: (authorizationUrl) => signIn(authorizationUrl, { person }),
  };
}

/**
 * Lets the person at this machine sign in with their browser, and listens for the answer on a
 * loopback port of the system's choosing (RFC 8252, section 7.3).
 */
export async function withBrowser(print: (line: string) => void): Promise<SignInWay> {
  const arrived = Promise.withResolvers<URL>();
  const server = createServer((request, response) => {
    const address = new URL(request.url ?? "/", redirectUri);
    const isCallback = request.method === "GET" && address.pathname === "/callback";
    response.writeHead(isCallback ? 200 : 404, { "content-type": "text/plain; charset=utf-8" });
    response.end(isCallback ? "Continue in the terminal. You can close this page." : "");
    if (isCallback) arrived.resolve(address);
  });
  // The program must be able to end without an answer.
  server.unref();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const redirectUri = `http://127.0.0.1:${port}/callback`;

  return {
    redirectUri,
    async follow(authorizationUrl) {
      print(`   Sign in with your browser. If it does not open, open this address:`);
      print(`   ${authorizationUrl}`);
      openBrowser(authorizationUrl);
      const timer = setTimeout(() => {
        arrived.reject(new Error("Nobody signed in within five minutes: run this again."));
      }, PERSON_TAKES_AT_MOST_MS);
      try {
        return await arrived.promise;
      } finally {
        clearTimeout(timer);
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

function openBrowser(url: string): void {
  const [command, ...args] = browserCommand();
  const browser = spawn(command, [...args, url], { stdio: "ignore", detached: true });
  // It is not a failure if there is no browser: the address was printed.
  browser.on("error", () => undefined);
  browser.unref();
}

function browserCommand(): [string, ...string[]] {
  const chosen = process.env.BROWSER;
  if (chosen) return [chosen];
  if (process.platform === "darwin") return ["open"];
  // `start` belongs to the shell, which would take the & of the address for its own.
  if (process.platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler"];
  return ["xdg-open"];
}
