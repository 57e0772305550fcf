import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { type ChromiumInstall, unpackChromium } from "../support/chromium.ts";

declare module "vitest" {
  interface ProvidedContext {
    chromium: ChromiumInstall;
  }
}

/** Unpacks Chromium once for the run, in a folder that ends with it. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-chromium-"));
  project.provide("chromium", await unpackChromium(folder));
  return () => rm(folder, { recursive: true });
}
