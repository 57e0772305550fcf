#!/usr/bin/env node
/**
 * What tests set BROWSER to: clients run `$BROWSER <authorization URL>` and wait for its end, so it
 * leaves the sign-in to a process of its own and ends at once. Needs a `node` on PATH that runs
 * TypeScript, which is the one of node_modules/.bin.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const [authorizationUrl] = process.argv.slice(2);
if (authorizationUrl === undefined) {
  console.error("Give browser-stand-in.ts the address to open.");
  process.exit(2);
}
const followSignIn = fileURLToPath(new URL("./follow-sign-in.ts", import.meta.url));
spawn(process.execPath, [followSignIn, authorizationUrl], {
  detached: true,
  // An inherited pipe would keep a client that reads it to its end waiting for the sign-in.
  stdio: "ignore",
}).unref();
